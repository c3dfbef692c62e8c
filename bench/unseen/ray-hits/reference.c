#include <math.h>

struct ray {
  double x, y, z;
  double dx, dy, dz;
};

struct sphere {
  double x, y, z, radius;
};

/* How far along a ray a sphere is met; -1 where it is missed or lies behind. */
static double meet(struct ray ray, struct sphere sphere) {
  double length = sqrt(ray.dx * ray.dx + ray.dy * ray.dy + ray.dz * ray.dz);
  double ux = ray.dx / length, uy = ray.dy / length, uz = ray.dz / length;
  double ox = sphere.x - ray.x, oy = sphere.y - ray.y, oz = sphere.z - ray.z;
  double along = ox * ux + oy * uy + oz * uz;
  double off = sqrt(ox * ox + oy * oy + oz * oz - along * along);
  double half = sqrt(sphere.radius * sphere.radius - off * off);
  if (off > sphere.radius) return -1.0;
  if (along - half > 0.0) return along - half;
  if (along + half > 0.0) return along + half;
  return -1.0;
}

/* The sphere that each ray meets first, or -1, and how far away that is. */
void nearest_hits(const struct ray *rays, int ray_count, const struct sphere *spheres, int sphere_count, int *hit,
                  double *distance) {
  for (int r = 0; r < ray_count; r++) {
    hit[r] = -1;
    distance[r] = 0.0;
    for (int s = 0; s < sphere_count; s++) {
      if (meet(rays[r], spheres[s]) >= 0.0) {
        if (hit[r] < 0 || meet(rays[r], spheres[s]) < distance[r]) {
          hit[r] = s;
          distance[r] = meet(rays[r], spheres[s]);
        }
      }
    }
  }
}
