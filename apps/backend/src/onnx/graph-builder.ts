import { ProtobufWriter } from './protobuf-writer.ts';

/** Written into a generated file as its producer: how a demo model is told from a real one. */
export const DEMO_PRODUCER = 'hsi-demo-weights';

// Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8 };
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, f: 2, i: 3, ints: 8, type: 20 };
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 };
const TENSOR = { dims: 1, dataType: 2, name: 8, raw: 9 };
const DATA_TYPE = { float: 1, int64: 7 };
const IR_VERSION = 8;
const OPSET = 13;

/** A value of a graph: the output of one operator, an input or a constant. */
export type Value = string & { readonly __value: unique symbol };

type Attribute = number | { readonly float: number } | readonly number[];

/** Builds one ONNX graph with float values, operator by operator. */
export class GraphBuilder {
  readonly #graph = new ProtobufWriter();
  readonly #random: () => number;
  #names = 0;

  /** @param seed the same seed gives the same weights */
  constructor(
    readonly name: string,
    seed: string,
  ) {
    this.#random = seededRandom(seed);
    this.#graph.text(GRAPH.name, name);
  }

  input(name: string, shape: readonly number[]): Value {
    this.#graph.message(GRAPH.input, (info) => valueInfo(info, name, shape));
    return name as Value;
  }

  output(value: Value, name: string, shape: readonly number[]): void {
    this.#node('Identity', [value], {}, name);
    this.#graph.message(GRAPH.output, (info) => valueInfo(info, name, shape));
  }

  op(type: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}): Value {
    return this.#node(type, inputs, attributes, this.#name());
  }

  /** Random weights of about the size that keeps a layer's output in the range of its input. */
  weights(shape: readonly number[], fanIn: number): Value {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const scale = Math.sqrt(6 / fanIn);
    for (let i = 0; i < data.length; i++) data[i] = (this.#random() * 2 - 1) * scale;
    return this.constant(shape, data);
  }

  constant(shape: readonly number[], data: Float32Array | BigInt64Array): Value {
    const name = this.#name();
    this.#graph.message(GRAPH.initializer, (tensor) => {
      for (const size of shape) tensor.int(TENSOR.dims, size);
      tensor
        .int(TENSOR.dataType, data instanceof Float32Array ? DATA_TYPE.float : DATA_TYPE.int64)
        .text(TENSOR.name, name)
        .bytes(TENSOR.raw, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    });
    return name as Value;
  }

  /** 3x3 or 1x1 convolution with a rectifier; the stride divides the size. */
  conv(
    value: Value,
    channels: readonly [from: number, to: number],
    options: { kernel?: 1 | 3; stride?: number; rectify?: boolean } = {},
  ): Value {
    const [from, to] = channels;
    const { kernel = 3, stride = 1, rectify = true } = options;
    const pad = kernel === 3 ? 1 : 0;
    const result = this.op(
      'Conv',
      [value, this.weights([to, from, kernel, kernel], from * kernel * kernel)],
      { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
    );
    return rectify ? this.op('Relu', [result]) : result;
  }

  reshape(value: Value, shape: readonly number[]): Value {
    const wanted = this.constant([shape.length], BigInt64Array.from(shape, BigInt));
    return this.op('Reshape', [value, wanted]);
  }

  dense(value: Value, from: number, to: number): Value {
    return this.op('MatMul', [value, this.weights([from, to], from)]);
  }

  /** The bytes of the `.onnx` file. */
  finish(): Uint8Array {
    return new ProtobufWriter()
      .int(MODEL.irVersion, IR_VERSION)
      .text(MODEL.producer, DEMO_PRODUCER)
      .message(MODEL.opset, (opset) => opset.text(1, '').int(2, OPSET))
      .bytes(MODEL.graph, this.#graph.finish())
      .finish();
  }

  #node(
    type: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute>,
    output: string,
  ): Value {
    this.#graph.message(GRAPH.node, (node) => {
      for (const input of inputs) node.text(NODE.input, input);
      node.text(NODE.output, output).text(NODE.name, `${type}_${output}`).text(NODE.op, type);
      for (const [name, value] of Object.entries(attributes)) {
        node.message(NODE.attribute, (attribute) => writeAttribute(attribute, name, value));
      }
    });
    return output as Value;
  }

  #name(): string {
    this.#names += 1;
    return `v${this.#names}`;
  }
}

function writeAttribute(writer: ProtobufWriter, name: string, value: Attribute): void {
  writer.text(ATTRIBUTE.name, name);
  if (typeof value === 'number') {
    writer.int(ATTRIBUTE.i, value).int(ATTRIBUTE.type, ATTRIBUTE_TYPE.int);
  } else if ('float' in value) {
    writer.float(ATTRIBUTE.f, value.float).int(ATTRIBUTE.type, ATTRIBUTE_TYPE.float);
  } else {
    for (const item of value) writer.int(ATTRIBUTE.ints, item);
    writer.int(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints);
  }
}

function valueInfo(writer: ProtobufWriter, name: string, shape: readonly number[]): void {
  writer.text(1, name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.int(1, DATA_TYPE.float).message(2, (dimensions) => {
        for (const size of shape) dimensions.message(1, (dimension) => dimension.int(1, size));
      }),
    ),
  );
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32 over an FNV-1a hash). */
export function seededRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const character of seed) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
