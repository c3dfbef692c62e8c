import { describe, expect, test } from "vitest";
import type { CompiledLanguage } from "../../src/code/language.ts";
import { parseSignature } from "../../src/task/parse-signature.ts";
import type { Signature, Type } from "../../src/task/signature.ts";

/** `name: passing type` a parameter, `const` where the function cannot write, then `-> type`. */
function shown(signature: Signature): string {
  const list = signature.parameters.map(
    ({ name, passing, constant, type }) =>
      `${name}: ${passing === "value" ? "" : `${passing} to ${constant ? "const " : ""}`}${short(type)}`,
  );
  return `${signature.callee}(${list.join(", ")})${signature.returns ? ` -> ${short(signature.returns.type)}` : ""}`;
}

function short(type: Type): string {
  switch (type.kind) {
    case "scalar":
      return type.scalar;
    case "string":
      return "string";
    case "vector":
      return `vector<${short(type.element)}>`;
    case "array":
      return `${short(type.element)}[${type.length}]`;
    case "struct":
      return `${type.name}{${type.fields.map((field) => `${field.name}@${field.offset} ${short(field.type)}`).join("; ")} /${type.size}}`;
  }
}

const read = (
  language: CompiledLanguage,
  text: string,
  name = "f",
  extra: { entry?: string; flags?: string[] } = {},
) => parseSignature({ file: "reference", text, language, function: name, ...extra });

const cases: [what: string, language: CompiledLanguage, source: string, expected: string, name?: string][] = [
  [
    "plain numbers",
    "c",
    "int f(int a, unsigned b, long c, double d) { return a; }",
    "f(a: i32, b: u32, c: i64, d: f64) -> i32",
  ],
  ["no parameters", "c", "double f(void) { return 1; }", "f() -> f64"],
  [
    "every order of words",
    "c",
    "void f(unsigned long int a, long unsigned b, short int c, unsigned char d, signed char e, long long int g, long unsigned int long h) {}",
    "f(a: u64, b: u64, c: i16, d: u8, e: i8, g: i64, h: u64)",
  ],
  [
    "cstdint names",
    "c",
    "#include <stdint.h>\nvoid f(uint8_t *a, const int64_t *b, size_t n, ptrdiff_t d, uint16_t x) {}",
    "f(a: pointer to u8, b: pointer to const i64, n: u64, d: i64, x: u16)",
  ],
  [
    "restrict everywhere",
    "c",
    "void f(double *restrict a, const float * const restrict b, int *__restrict__ c, char const *__restrict d) {}",
    "f(a: pointer to f64, b: pointer to const f32, c: pointer to i32, d: pointer to const i8)",
  ],
  [
    "array parameters",
    "c",
    "#define N 8\nvoid f(double a[], const int b[16], float c[][N], double (*d)[4], double e[static 3], double g[2][3][4]) {}",
    "f(a: pointer to f64, b: pointer to const i32, c: pointer to f32, d: pointer to f64, e: pointer to f64, g: pointer to f64)",
  ],
  [
    "variable-length arrays",
    "c",
    "void f(int n, int m, double a[n][m], const float b[restrict n][n], int (*c)[m]) {}",
    "f(n: i32, m: i32, a: pointer to f64, b: pointer to const f32, c: pointer to i32)",
  ],
  [
    "C booleans and complex",
    "c",
    "#include <complex.h>\n#include <stdbool.h>\ndouble complex f(bool a, _Bool *b, double complex *c, const float _Complex *d, double _Complex e) { return e; }",
    "f(a: bool, b: pointer to bool, c: pointer to c128, d: pointer to const c64, e: c128) -> c128",
  ],
  [
    "long double",
    "c",
    "long double f(long double a, const long double *b) { return a; }",
    "f(a: f80, b: pointer to const f80) -> f80",
  ],
  [
    "a tagged struct",
    "c",
    "struct P { double x, y; int tag; }; void f(struct P *p, const struct P *q, struct P r) {}",
    "f(p: pointer to struct P{x@0 f64; y@8 f64; tag@16 i32 /24}, q: pointer to const struct P{x@0 f64; y@8 f64; tag@16 i32 /24}, r: struct P{x@0 f64; y@8 f64; tag@16 i32 /24})",
  ],
  [
    "a typedef of a tagless struct",
    "c",
    "typedef struct { unsigned char r, g, b; } Pixel; Pixel f(const Pixel *p, int n) { return *p; }",
    "f(p: pointer to const Pixel{r@0 u8; g@1 u8; b@2 u8 /3}, n: i32) -> Pixel{r@0 u8; g@1 u8; b@2 u8 /3}",
  ],
  [
    "a typedef before the struct",
    "c",
    "typedef struct body body; struct body { float m; double p[3]; }; void f(body *b) {}",
    "f(b: pointer to struct body{m@0 f32; p@8 f64[3] /32})",
  ],
  [
    "nested structs and arrays of them",
    "c",
    "#define D 2\ntypedef struct { short a; int v[D][3]; } In; typedef struct { char c; In in[D]; double w; } Out; void f(Out *o) {}",
    "f(o: pointer to Out{c@0 i8; in@4 In{a@0 i16; v@4 i32[3][2] /28}[2]; w@64 f64 /72})",
  ],
  [
    "typedefs of arrays and pointers",
    "c",
    "typedef double vec3[3]; typedef const float *floats; typedef floats more; void f(vec3 a, vec3 *b, more c) {}",
    "f(a: pointer to f64, b: pointer to f64, c: pointer to const f32)",
  ],
  [
    "enums",
    "c",
    "enum color { RED, GREEN = 5 }; typedef enum { NEG = -1, POS } Sign; int f(enum color c, Sign s, enum color *all) { return c; }",
    "f(c: u32, s: i32, all: pointer to u32) -> i32",
  ],
  [
    "bounds from constants",
    "c",
    "enum { ROWS = 4, COLS = ROWS * 2 + 1 };\n#define TWICE(x) ((x) * 2)\ntypedef struct { int a[ROWS]; int b[COLS]; char c[TWICE(3) + 1]; } T;\nvoid f(T *t) {}",
    "f(t: pointer to T{a@0 i32[4]; b@16 i32[9]; c@52 i8[7] /60})",
  ],
  [
    "types from macros",
    "c",
    "#define real double\n#ifdef USE_FLOAT\n#undef real\n#define real float\n#endif\nvoid f(real *a, int n) {}",
    "f(a: pointer to f64, n: i32)",
  ],
  [
    "attributes and qualifiers of the function",
    "c",
    "__attribute__((noinline)) extern void f(register int a, volatile int b) {}",
    "f(a: i32, b: i32)",
  ],
  [
    "attributes with parentheses in them",
    "c",
    "__attribute__((aligned(64), cold)) void f(__attribute__((aligned((8)))) int a, __attribute__((unused)) int b) {}",
    "f(a: i32, b: i32)",
  ],
  [
    "a function behind an extern C guard",
    "c++",
    '#ifdef __cplusplus\nextern "C" {\n#endif\nvoid f(double *a, int n) {}\n#ifdef __cplusplus\n}\n#endif',
    "f(a: pointer to f64, n: i32)",
  ],
  [
    "vectors by every passing",
    "c++",
    "#include <vector>\nvoid f(std::vector<double> a, std::vector<int>& b, const std::vector<float>& c, std::vector<bool>&& d, std::vector<char> const & e) {}",
    "f(a: vector<f64>, b: reference to vector<i32>, c: reference to const vector<f32>, d: reference to const vector<bool>, e: reference to const vector<i8>)",
  ],
  [
    "nested containers",
    "c++",
    "#include <vector>\n#include <string>\nusing namespace std;\nvector<vector<double>> f(const vector<string>& words, vector<vector<int>>& m, string s, vector<array<float, 3>> t) { return {}; }",
    "f(words: reference to const vector<string>, m: reference to vector<vector<i32>>, s: string, t: vector<f32[3]>) -> vector<vector<f64>>",
  ],
  [
    "using declarations and aliases",
    "c++",
    "using std::vector; using Row = vector<double>; typedef std::vector<Row> Matrix; template<class T> using V = vector<T>; Row f(const Matrix& m, Row::size_type, const Row* r) { return {}; }",
    "f(m: reference to const vector<vector<f64>>, parameter2: u64, r: pointer to const vector<f64>) -> vector<f64>",
  ],
  [
    "std::array with a constant length",
    "c++",
    "#include <array>\nconstexpr std::size_t N = 4, M = N * 2; namespace k { static const int Q = 3; }\nstd::array<double, N> f(const std::array<int, M>& a, std::array<std::array<float, k::Q>, 2>& b, std::array<char, k::Q> c) { return {}; }",
    "f(a: reference to const i32[8], b: reference to f32[3][2], c: i8[3]) -> f64[4]",
  ],
  [
    "complex and pairs",
    "c++",
    "#include <complex>\nstd::complex<double> f(const std::complex<float>* a, std::vector<std::complex<double>>& b, std::vector<std::pair<int, double>> c) { return {}; }",
    "f(a: pointer to const c64, b: reference to vector<c128>, c: vector<std::pair<int, double>{first@0 i32; second@8 f64 /16}>) -> c128",
  ],
  [
    "namespaces and nested names",
    "c++",
    "namespace a { namespace b { struct P { double x; }; void f(P* p, ::a::b::P& q) {} } } namespace a::c { void g() {} }",
    "a::b::f(p: pointer to a::b::P{x@0 f64 /8}, q: reference to a::b::P{x@0 f64 /8})",
    "b::f",
  ],
  [
    "a static member",
    "c++",
    "class Kernel { public: struct In { int a; }; static double f(const In* in, int n); private: int hidden; };\ndouble Kernel::f(const In* in, int n) { return 0; }",
    "Kernel::f(in: pointer to const Kernel::In{a@0 i32 /4}, n: i32) -> f64",
    "Kernel::f",
  ],
  [
    "trailing return type and attributes",
    "c++",
    "[[nodiscard]] auto f(const int* a, int n = 3) noexcept -> std::vector<int> { return {}; }",
    "f(a: pointer to const i32, n: i32) -> vector<i32>",
  ],
  [
    "scoped enums",
    "c++",
    "enum class Op : unsigned char { Add, Mul }; enum class Plain { A }; int f(Op op, Plain p, const std::vector<Op>& ops) { return 0; }",
    "f(op: u8, p: i32, ops: reference to const vector<u8>) -> i32",
  ],
  [
    "a struct with defaults, methods and statics",
    "c++",
    "struct P { static constexpr int K = 2; double v[K] = {}; int n{0}; P() = default; explicit P(int m) : n(m) {} double norm() const { return v[0]; } bool operator==(const P& o) const { return n == o.n; } };\nvoid f(std::vector<P>& all) {}",
    "f(all: reference to vector<P{v@0 f64[2]; n@16 i32 /24}>)",
  ],
  [
    "views",
    "c++",
    "#include <span>\n#include <string_view>\nint f(std::string_view s, std::span<const double> a, std::span<int> b) { return 0; }",
    "f(s: string, a: vector<f64>, b: reference to vector<i32>) -> i32",
  ],
  [
    "references to arrays and numbers",
    "c++",
    "void f(const double (&a)[4], int (&b)[2][3], int& c, const double& d, long&& e) {}",
    "f(a: reference to const f64[4], b: reference to i32[6], c: reference to i32, d: reference to const f64, e: reference to const i64)",
  ],
  [
    "one of several overloads",
    "c++",
    "void f(int a) {} void f(const std::vector<double> &v, double *p) {} void f(double a) {}",
    "f(v: reference to const vector<f64>, p: pointer to f64)",
    "f(const std::vector<double>&, double*)",
  ],
  [
    "an overload by what an alias means",
    "c++",
    "using real = double; void f(real* a) {} void f(float* a) {}",
    "f(a: pointer to f64)",
    "f(double*)",
  ],
  [
    "a prototype before the definition",
    "c++",
    "namespace n { void f(int* a); } void n::f(int* a) {}",
    "n::f(a: pointer to i32)",
    "n::f",
  ],
  [
    "a returned reference is its value",
    "c++",
    "const std::string& f(const std::string& s) { return s; }",
    "f(s: reference to const string) -> string",
  ],
  [
    "comments, strings and continued lines",
    "c++",
    "// void f(int wrong) {}\nconst char* text = \"void f(char wrong) {}\"; /* f */\n#define LONG int \\\n  a\nvoid f(LONG, char c = '(') {}",
    "f(a: i32, c: i8)",
  ],
];

describe("a signature is read from source text", () => {
  test.each(cases)("%s", async (_what, language, source, expected, name) => {
    expect(shown(await read(language, source, name))).toBe(expected);
  });

  test("the spelling is canonical, so that macros and aliases stay out of the shim", async () => {
    const { parameters, returns } = await read(
      "c++",
      "using namespace std; typedef unsigned u; namespace n { struct P { int a; }; vector<P> f(const vector<u>& a, double (*b)[4], P* const c, size_t d) { return {}; } }",
    );
    expect(parameters.map((parameter) => parameter.spelling)).toEqual([
      "const std::vector<unsigned int>&",
      "double (*)[4]",
      "n::P*",
      "unsigned long",
    ]);
    expect(returns?.spelling).toBe("std::vector<n::P>");
  });

  test("an entry gives the signature, and the function may then be a template", async () => {
    const text =
      "template <class T> static T f(const T* a, int n) { return a[n]; }\ndouble f_entry(const double* a, int n) { return f(a, n); }";
    expect(shown(await read("c++", text, "f", { entry: "f_entry" }))).toBe(
      "f_entry(a: pointer to const f64, n: i32) -> f64",
    );
  });

  test("-D flags decide conditionals", async () => {
    const text =
      "#if defined(SINGLE) && SINGLE > 1\ntypedef float real;\n#else\ntypedef double real;\n#endif\nvoid f(real *a) {}";
    expect(shown(await read("c", text, "f", { flags: ["-DSINGLE=2"] }))).toBe("f(a: pointer to f32)");
    expect(shown(await read("c", text))).toBe("f(a: pointer to f64)");
  });
});

const refusals: [what: string, language: CompiledLanguage, source: string, message: RegExp, name?: string][] =
  [
    [
      "a void pointer",
      "c",
      "void f(int n, void *p) {}",
      /parameter `p` of `f` cannot be passed: it points to `void`/,
    ],
    [
      "a pointer to pointers",
      "c",
      "void f(double **rows) {}",
      /`rows`.*it points to a pointer \(`double\*`\)/,
    ],
    ["an array of pointers", "c", "void f(char *names[]) {}", /`names`.*it points to a pointer/],
    ["a function pointer", "c", "void f(int (*compare)(int, int)) {}", /`compare`.*it points to a function/],
    [
      "a context with a pointer",
      "c",
      "struct S { int n; double *data; }; void f(struct S *s) {}",
      /`s`.*field `data` of `S` is a pointer/,
    ],
    [
      "a struct that contains itself",
      "c",
      "struct S { int n; struct S *next; }; void f(struct S *s) {}",
      /field `next` of `S` is a pointer/,
    ],
    ["a union", "c", "union U { int a; float b; }; void f(union U *u) {}", /`U` is a union/],
    ["bit-fields", "c", "struct S { unsigned a : 3; }; void f(struct S *s) {}", /`S` has a bit-field/],
    [
      "a packed struct",
      "c",
      "struct __attribute__((packed)) S { char a; int b; }; void f(struct S *s) {}",
      /attribute that may change its layout/,
    ],
    [
      "a packed struct, said behind it",
      "c",
      "struct S { char a; int b; } __attribute__((packed)); void f(struct S *s) {}",
      /attribute that may change its layout/,
    ],
    [
      "an aligned field",
      "c++",
      "struct S { char a; alignas(16) float b[4]; }; void f(S& s) {}",
      /`S` has a field with an attribute/,
    ],
    [
      "a packing pragma",
      "c",
      "#pragma pack(1)\nstruct S { char a; int b; }; void f(struct S *s) {}",
      /may be packed by `#pragma pack`/,
    ],
    [
      "a type that is only declared",
      "c",
      "struct S; void f(struct S *s) {}",
      /`struct S` is not defined in the source/,
    ],
    [
      "a type from elsewhere",
      "c++",
      "#include <opencv.h>\nvoid f(cv::Mat& m) {}",
      /parameter `m`.*`cv::Mat` is not defined in the source/,
    ],
    [
      "a standard type that cannot be passed",
      "c++",
      "#include <map>\nvoid f(std::map<int, int>& m) {}",
      /`m`.*`std::map` is not among the types/,
    ],
    ["a vector of pointers", "c++", "void f(std::vector<int*>& m) {}", /`m`.*pointers or references/],
    ["a vector without std", "c++", "void f(vector<int>& m) {}", /`vector` is not defined/],
    ["a virtual member", "c++", "struct S { int a; virtual void g(); }; void f(S& s) {}", /virtual member/],
    ["a base class", "c++", "struct B { int b; }; struct S : B { int a; }; void f(S& s) {}", /base class/],
    ["a destructor", "c++", "struct S { int a; ~S() {} }; void f(S& s) {}", /destructor/],
    [
      "a copy constructor",
      "c++",
      "struct S { int a; S(const S& o) : a(o.a) {} }; void f(S& s) {}",
      /copy or move constructor/,
    ],
    ["private fields", "c++", "class S { int a; }; void f(S& s) {}", /`a` is not public/],
    [
      "a struct with a vector in it",
      "c++",
      "struct S { std::vector<int> v; }; void f(S& s) {}",
      /field `v` of `S` is a `std::vector<int>`/,
    ],
    ["variable arguments", "c", "int f(int n, ...) { return n; }", /variable number of arguments/],
    ["a 128-bit integer", "c", "void f(__int128 a) {}", /`__int128` cannot be passed/],
    [
      "a returned pointer",
      "c",
      "double *f(double *a) { return a; }",
      /what `f` returns cannot be compared: it is a pointer/,
    ],
    [
      "a returned view",
      "c++",
      "std::string_view f(std::string_view a) { return a; }",
      /returns cannot be compared/,
    ],
    ["a deduced return type", "c++", "auto f(int a) { return a; }", /left to `auto`/],
    ["a static function", "c", "static void f(int *a) {}", /`f` is static and cannot be called from outside/],
    [
      "a function that a prototype makes static",
      "c",
      "static void f(int *a); void f(int *a) {}",
      /`f` is static/,
    ],
    ["an inline function", "c++", "inline void f(int *a) {}", /`f` is inline/],
    ["a constexpr function", "c++", "constexpr int f(int a) { return a; }", /`f` is inline/],
    ["a template", "c++", "template <class T> void f(T* a) {}", /`f` is a template/],
    ["an unnamed namespace", "c++", "namespace { void f(int* a) {} }", /unnamed namespace/],
    [
      "a member function",
      "c++",
      "struct S { int a; void f(int n); }; void S::f(int n) {}",
      /needs an object/,
      "S::f",
    ],
    ["a member in its class", "c++", "struct S { static void f(int n) {} };", /inside its class/, "S::f"],
    ["main", "c", "int main(void) { return 0; }", /is the program itself/, "main"],
    [
      "overloads without types",
      "c++",
      "void f(int a) {} void f(const double *b) {}",
      /does not name exactly one of `f\(int\)`, `f\(const double \*\)`/,
    ],
    ["a function that is only declared", "c", "void f(int a);", /declared but not defined/],
    [
      "a function that is not there",
      "c",
      "void g(int a) {}\nvoid h(int a) {}",
      /the function `f` is not defined here/,
    ],
  ];

describe("what cannot be called is refused by name", () => {
  test.each(refusals)("%s", async (_what, language, source, message, name) => {
    await expect(read(language, source, name)).rejects.toThrow(message);
  });

  test("the remedy for a function without a symbol is an entry", async () => {
    await expect(read("c", "static void f(int *a) {}")).rejects.toMatchObject({
      kind: "usage",
      file: "reference",
      remedy: expect.stringContaining('"entry": "f_entry"'),
    });
  });

  test("the functions that are there are listed", async () => {
    await expect(read("c", "void g(int a) {}\nvoid h(int a) {}")).rejects.toMatchObject({
      remedy: "It defines `g`, `h`.",
    });
  });

  test("hostile circles end", async () => {
    const circles = [
      "typedef a b; typedef b a; void f(a x) {}",
      "struct S { struct S s; }; void f(struct S *s) {}",
      "enum { A = B, B = A }; void f(int x[A]) {}",
      `#define a0 x\n${Array.from({ length: 60 }, (_, i) => `#define a${i + 1} a${i} a${i}`).join("\n")}\nvoid f(a60) {}`,
    ];
    for (const text of circles)
      await read("c", text).catch((error: Error) => expect(error.name).toBe("TaskError"));
  });
});
