/** Pixels in rows from the top, four bytes each: red, green, blue, alpha. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Numbers in the order of `shape`, the last index changing fastest. */
export interface TensorData {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
