#include <math.h>

struct vec3 {
  double x, y, z;
};

struct triangle {
  int a, b, c;
};

static struct vec3 minus(struct vec3 p, struct vec3 q) {
  struct vec3 d = {p.x - q.x, p.y - q.y, p.z - q.z};
  return d;
}

static struct vec3 cross(struct vec3 p, struct vec3 q) {
  struct vec3 n = {p.y * q.z - p.z * q.y, p.z * q.x - p.x * q.z, p.x * q.y - p.y * q.x};
  return n;
}

static struct vec3 unit(struct vec3 v) {
  double length = sqrt(v.x * v.x + v.y * v.y + v.z * v.z);
  if (length > 0.0) {
    v.x /= length;
    v.y /= length;
    v.z /= length;
  }
  return v;
}

/* The direction in which a triangle looks; zero where two of its corners are the same. */
static struct vec3 facing(const struct vec3 *vertices, struct triangle tri) {
  struct vec3 none = {0.0, 0.0, 0.0};
  if (tri.a == tri.b || tri.b == tri.c || tri.c == tri.a) return none;
  return unit(cross(minus(vertices[tri.b], vertices[tri.a]), minus(vertices[tri.c], vertices[tri.a])));
}

/* A normal for every vertex, for smooth shading: the mean direction of the triangles that meet there. */
void vertex_normals(const struct vec3 *vertices, int vertex_count, const struct triangle *triangles, int triangle_count,
                    struct vec3 *normals) {
  for (int v = 0; v < vertex_count; v++) {
    struct vec3 sum = {0.0, 0.0, 0.0};
    for (int t = 0; t < triangle_count; t++) {
      struct triangle tri = triangles[t];
      if (tri.a == v || tri.b == v || tri.c == v) {
        struct vec3 n = facing(vertices, tri);
        sum.x += n.x;
        sum.y += n.y;
        sum.z += n.z;
      }
    }
    normals[v] = unit(sum);
  }
}
