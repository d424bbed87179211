import { expect, test } from "bun:test";
import { Semaphore } from "./semaphore.ts";

test("no more than the limit get in, the next when one leaves", async () => {
  const semaphore = new Semaphore(2);
  const first = await semaphore.acquire();
  await semaphore.acquire();
  expect(semaphore.isFull).toBe(true);
  const order: string[] = [];
  const third = semaphore.acquire().then((place) => {
    order.push("third in");
    return place;
  });
  await Promise.resolve();
  order.push("first out");
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  expect(order).toEqual(["first out", "third in"]);
  expect(semaphore.isFull).toBe(false);
});

test("a place given back twice counts once", async () => {
  const semaphore = new Semaphore(1);
  const place = await semaphore.acquire();
  place[Symbol.dispose]();
  place[Symbol.dispose]();
  await semaphore.acquire();
  expect(semaphore.isFull).toBe(true);
});

test("who gives up waiting does not take the place of the next one", async () => {
  const semaphore = new Semaphore(1);
  const place = await semaphore.acquire();
  const controller = new AbortController();
  const impatient = semaphore.acquire(controller.signal).catch((reason: unknown) => reason);
  const patient = semaphore.acquire();
  controller.abort(new Error("enough"));
  expect(await impatient).toEqual(new Error("enough"));
  place[Symbol.dispose]();
  (await patient)[Symbol.dispose]();
  expect(semaphore.isFull).toBe(false);
});
