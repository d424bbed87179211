import { expect, test } from "bun:test";
import { Template } from "./template.ts";

const data = {
  Id: "0123456789abcdef",
  Name: "/web",
  State: { Running: true, ExitCode: 0 },
  Config: { Env: ["A=1", "B=2"], Labels: { tier: "front", "a.b": "c<d>" }, Cmd: null },
  Label: (key: string) => `label ${key}`,
  Count: 3,
};

const run = (source: string, value: unknown = data) => new Template(source).execute(value);

test.each([
  ["{{.Name}} {{.State.Running}} {{.State.ExitCode}}", "/web true 0"],
  ["{{json .Config.Labels}}", '{"tier":"front","a.b":"c<d>"}'],
  ['{{index .Config.Labels "a.b"}}{{index .Config.Env 1}}', "c<d>B=2"],
  ["{{range $i, $e := .Config.Env}}{{if $i}}, {{end}}{{$i}}:{{$e}}{{end}}", "0:A=1, 1:B=2"],
  ["{{range .Config.Env}}{{.}};{{else}}none{{end}}", "A=1;B=2;"],
  ["{{range .Config.Cmd}}x{{else}}none{{end}}", "none"],
  ["{{if and .State.Running (eq .State.ExitCode 0)}}up{{else}}down{{end}}", "up"],
  ["{{if eq .Count 1}}one{{else if eq .Count 3}}three{{else}}many{{end}}", "three"],
  ["{{with .Config}}{{len .Env}}{{end}}", "2"],
  ["{{- /* nothing */ -}}  x", "x"],
  ["a {{- .Count -}} b", "a3b"],
  ['{{.Name | upper | printf "%6s|%-6s|" .Count}}', "     3|/WEB  |"],
  ['{{join .Config.Env "+"}} {{title "ab cd"}} {{truncate .Id 4}} [{{pad "x" 1 2}}]', "A=1+B=2 Ab Cd 0123 [ x  ]"],
  ['{{.Label "k"}}', "label k"],
  ["{{$x := 1}}{{range .Config.Env}}{{$x = .}}{{end}}{{$x}}", "B=2"],
  ['{{define "row"}}<{{.}}>{{end}}{{template "row" .Count}}', "<3>"],
  ["{{.Config.Env}} {{.Config.Labels}} {{.Config.Cmd}}", "[A=1 B=2] map[a.b:c<d> tier:front] <no value>"],
  ["{{slice .Id 0 4}}", "0123"],
  ["{{println .Count}}", "3\n"],
  ['{{range .Config.Env}}{{if eq . "A=1"}}{{continue}}{{end}}{{.}}{{end}}', "B=2"],
])("%s", (source, expected) => {
  expect(run(source)).toBe(expected);
});

test.each([
  ["{{.Nope}}", 'template: :1:2: executing "" at <.Nope>: map has no entry for key "Nope"'],
  [
    "{{.State.Health.Status}}",
    'template: :1:8: executing "" at <.State.Health.Status>: map has no entry for key "Health"',
  ],
  ["x\n {{upper}}", 'template: :2:3: executing "" at <upper>: wrong number of args for upper: want 1 got 0'],
  ["{{range .Name}}{{end}}", "range can't iterate over /web"],
  ['{{template "x"}}', 'template: :1:11: executing "" at <{{template "x"}}>: template "x" not defined'],
  ["{{.constructor}}", 'map has no entry for key "constructor"'],
  [
    "{{index .Config.Env 9}}",
    'template: :1:2: executing "" at <index .Config.Env 9>: error calling index: index out of range: 9',
  ],
])("%s fails when it is run", (source, message) => {
  expect(() => run(source)).toThrow(message);
});

test.each([
  ["{{.Name", "unclosed action"],
  ["{{nope .Name}}", 'function "nope" not defined'],
  ["{{if .Name}}x", "unexpected EOF"],
  ["{{end}}", "unexpected {{end}}"],
  ["{{$x}}", 'undefined variable "$x"'],
  ["{{}}", "template: :1: missing value for command"],
  ["{{if}}{{end}}", "missing value for if"],
])("%s does not parse", (source, message) => {
  expect(() => new Template(source)).toThrow(message);
});

test("a template may have a name, and its data a type", () => {
  const template = new Template("{{.Foo}}", { name: "version", rootType: "system.versionInfo" });
  expect(() => template.execute({})).toThrow(
    'template: version:1:2: executing "version" at <.Foo>: can\'t evaluate field Foo in type system.versionInfo',
  );
});
