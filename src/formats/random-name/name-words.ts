const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const adjectives = words(`
  able agile airy alert amber ample ancient arctic ardent artful autumn azure balanced basic blazing blithe bold brave
  breezy bright brisk bronze busy calm candid careful cheerful civil classic clean clear clever coastal cobalt copper
  cosmic cosy crisp crimson curious dapper daring dawning deep deft diligent distant dreamy dusty eager early earnest
  easy elegant emerald endless fabled fair faithful famous fearless festive fine firm fleet floral fluent fond free
  fresh friendly frosty gallant gentle gifted glad gleaming golden graceful grand grateful green handy happy hardy
  hasty hearty hidden honest hopeful humble icy ideal indigo inland jolly jovial joyful keen kind lasting leafy level
  lively lofty loyal lucid lucky lunar magic mellow merry mighty mild mindful misty modest morning mossy musing neat
  nimble noble northern olive open orderly patient peaceful placid plain playful pleasant plucky polar polite prime
  prompt proud pure quick quiet radiant rapid ready restful rising robust rosy royal rustic sage sandy scarlet sea
  secret serene sharp shining silent silver simple sincere sleek smooth snowy social solar solid sound southern
  sparkling spirited spring stable starry steady still stoic sturdy subtle summer sunny sure swift tactful tender
  thankful thrifty tidal tidy tranquil true trusty upbeat urbane valiant velvet verdant vibrant vivid warm wary
  watchful western wild willing winter wise witty wondrous zesty
`);

/** People of science and engineering. */
export const surnames = words(`
  abel agnesi ampere anning archimedes aryabhata avogadro babbage banach bardeen bell benz bernoulli berzelius bohr
  boltzmann bolyai boole borg bose boyd brahe brahmagupta braun brunel burnell cantor carnot carson cauchy cavendish
  celsius cerf chandrasekhar chebyshev church clarke codd copernicus cori cray curie dalton darwin davinci davy
  descartes diesel dijkstra diophantus dirac doppler eddington edison eiffel einstein elion engelbart eratosthenes
  erdos euclid euler faraday fermat fermi feynman fibonacci fleming floyd fourier franklin fresnel galileo galois galton
  gauss germain gibbs goedel goeppert goldberg goodall gutenberg haber hadamard halley hamilton hawking heisenberg
  hermite herschel hertz hilbert hippocrates hodgkin hollerith hooke hopper hubble huffman humboldt huygens hypatia
  jackson jacquard jemison johnson joule kay kepler kernighan khayyam khwarizmi kirch kleene knuth koch kovalevskaya
  lagrange lalande lamarr lamport laplace lavoisier leakey leavitt leibniz levi lichterman linnaeus liskov lovelace
  lumiere mach marconi maxwell mccarthy mcclintock meitner mendel mendeleev mercator milankovitch minkowski moore morse
  napier nash neumann newton nightingale nobel noether ohm oppenheimer papin pascal pasteur pauli peano perlman planck
  poincare poisson popov ptolemy pythagoras ramanujan rayleigh riemann ritchie robinson roentgen rubin russell
  rutherford sagan salk schroedinger shannon siemens sinoussi somerville stallman stokes sutherland swartz tesla thales
  thompson torricelli tu turing vaughan venn vernadsky villani volta watt wegener wien wiener wilkes wilson wing wirth
  wozniak wright wu yalow yukawa zhukovsky zuse
`);
