import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./generated/onnx_pb.js";

/** Name of a value in the graph; only a {@link Graph} makes one. */
export type Value = string & { readonly __value: unique symbol };
export type Dtype = "f32" | "f16" | "bf16" | "i64" | "bool";
/** A dimension: a number, or a name for one that changes between runs. */
export type Dim = number | string;
export type Attribute = number | { float: number } | string | number[];

const elemType: Record<Dtype, DataType> = {
  f32: DataType.FLOAT,
  f16: DataType.FLOAT16,
  bf16: DataType.BFLOAT16,
  i64: DataType.INT64,
  bool: DataType.BOOL,
};

/** Where the bytes of an initializer lie: a file below the folder that the session is given. */
export interface ExternalData {
  location: string;
  offset: number;
  length: number;
}

/**
 * Writes an ONNX model (opset 23) node by node. Values are names; shapes of intermediate values are left to the runtime.
 * Large weights are referred to as external data and never pass through here.
 */
export class Graph {
  #nodes: NodeProto[] = [];
  #initializers: TensorProto[] = [];
  #inputs: ValueInfoProto[] = [];
  #outputs: ValueInfoProto[] = [];
  #counter = 0;

  /** Declares a graph input of the given element type and shape. */
  input(name: string, dtype: Dtype, shape: Dim[]): Value {
    this.#inputs.push(valueInfo(name, dtype, shape));
    return name as Value;
  }

  /** Declares an output that is already called by its name (no copy). */
  expose(value: Value, dtype: Dtype, shape: Dim[]): void {
    this.#outputs.push(valueInfo(value, dtype, shape));
  }

  /** A small constant stored in the graph itself. */
  constant(data: Float32Array | BigInt64Array, shape: number[]): Value {
    const name = this.#name("const");
    this.#initializers.push(
      create(TensorProtoSchema, {
        name,
        dims: shape.map(BigInt),
        dataType: data instanceof Float32Array ? DataType.FLOAT : DataType.INT64,
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      }),
    );
    return name as Value;
  }

  /** 64-bit integers as a 1-D constant (shapes, axes, indices). */
  ints(...values: number[]): Value {
    return this.constant(BigInt64Array.from(values.map(BigInt)), [values.length]);
  }

  /** A weight that stays in its file. */
  external(name: string, dtype: Dtype, shape: number[], where: ExternalData): Value {
    const entry = (key: string, value: string | number) =>
      create(StringStringEntryProtoSchema, { key, value: String(value) });
    this.#initializers.push(
      create(TensorProtoSchema, {
        name,
        dims: shape.map(BigInt),
        dataType: elemType[dtype],
        dataLocation: DataLocation.EXTERNAL,
        externalData: [
          entry("location", where.location),
          entry("offset", where.offset),
          entry("length", where.length),
        ],
      }),
    );
    return name as Value;
  }

  /** Gives the result of a node, which nothing has read so far, another name. */
  rename(value: Value, name: string): Value {
    const node = this.#nodes.find(({ output }) => output.includes(value));
    if (!node) throw new Error(`${value} is no node's result`);
    node.output[node.output.indexOf(value)] = name;
    return name as Value;
  }

  /** Adds a node with one output. `undefined` inputs are optional ones left out. */
  node(
    op: string,
    inputs: (Value | undefined)[],
    attributes: Record<string, Attribute> = {},
    name?: string,
  ): Value {
    return this.nodes(op, inputs, attributes, [name ?? this.#name(op)])[0];
  }

  /** Adds a node with the given output names (or that many unnamed ones). */
  nodes(
    op: string,
    inputs: (Value | undefined)[],
    attributes: Record<string, Attribute>,
    outputs: string[] | number,
  ): Value[] {
    const names =
      typeof outputs === "number" ? Array.from({ length: outputs }, () => this.#name(op)) : outputs;
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType: op,
        input: inputs.map((value) => value ?? ""),
        output: names,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
    return names as Value[];
  }

  /** Names of the inputs, in the order they were declared. */
  get inputs(): string[] {
    return this.#inputs.map(({ name }) => name);
  }

  /** Names of the weights that stay in their files. */
  get externals(): string[] {
    const outside = this.#initializers.filter((it) => it.dataLocation === DataLocation.EXTERNAL);
    return outside.map(({ name }) => name);
  }

  /** Numbers in the weights that stay in their files. */
  get externalSize(): number {
    const outside = this.#initializers.filter((it) => it.dataLocation === DataLocation.EXTERNAL);
    return outside.reduce(
      (sum, { dims }) => sum + dims.reduce((product, dim) => product * Number(dim), 1),
      0,
    );
  }

  /**
   * Cuts off everything that does not lead to the given outputs, which must have been exposed: other outputs, the nodes,
   * weights and inputs that only they need.
   */
  keepOnly(outputs: readonly string[]): void {
    const needed = new Set(outputs);
    // A node stands behind those that it reads.
    const kept = this.#nodes.toReversed().filter((node) => {
      if (!node.output.some((name) => name !== "" && needed.has(name))) return false;
      for (const name of node.input) needed.add(name);
      return true;
    });
    this.#nodes = kept.reverse();
    this.#outputs = this.#outputs.filter(({ name }) => outputs.includes(name));
    this.#initializers = this.#initializers.filter(({ name }) => needed.has(name));
    this.#inputs = this.#inputs.filter(({ name }) => needed.has(name));
  }

  /** The model as protobuf bytes. */
  encode(): Uint8Array {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 11n,
        producerName: "steerscope",
        opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: 23n })],
        graph: create(GraphProtoSchema, {
          name: "steerscope",
          node: this.#nodes,
          initializer: this.#initializers,
          input: this.#inputs,
          output: this.#outputs,
        }),
      }),
    );
  }

  #name(stem: string): string {
    return `${stem}_${this.#counter++}`;
  }
}

function valueInfo(name: string, dtype: Dtype, shape: Dim[]): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType: elemType[dtype],
          shape: {
            dim: shape.map((dim) => ({
              value:
                typeof dim === "number"
                  ? { case: "dimValue" as const, value: BigInt(dim) }
                  : { case: "dimParam" as const, value: dim },
            })),
          },
        },
      },
    },
  });
}

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === "string")
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  if (Array.isArray(value))
    return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
  return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
}
