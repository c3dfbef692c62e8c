// Turns a block of depth x rows x columns into one of columns x rows x depth.
void reverse_axes(const float *block, float *turned, int depth, int rows, int columns) {
  for (int z = 0; z < depth; z++) {
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        turned[(x * rows + y) * depth + z] = block[(z * rows + y) * columns + x];
      }
    }
  }
}
