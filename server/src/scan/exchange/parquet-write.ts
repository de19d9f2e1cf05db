import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileWriter, ParquetWriter } from "hyparquet-writer";

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

/** What a column holds; `json` is text that reads as JSON, for what has no fixed shape. */
type Cell = "string" | "number" | "integer" | "boolean" | "json" | "strings" | "numbers" | "integers";

/** Columns of each table: the fields of the lines of the same name in Neuronpedia's shape. */
export const tables = {
  features: {
    ...{ modelId: "string", layer: "string", index: "string", maxActApprox: "number" },
    ...{ hasVector: "boolean", vector: "numbers", hookName: "string" },
    ...{ topkCosSimIndices: "integers", topkCosSimValues: "numbers" },
    ...{ neg_str: "strings", neg_values: "numbers", pos_str: "strings", pos_values: "numbers" },
    ...{
      frac_nonzero: "number",
      freq_hist_data_bar_heights: "numbers",
      freq_hist_data_bar_values: "numbers",
    },
    ...{
      logits_hist_data_bar_heights: "numbers",
      logits_hist_data_bar_values: "numbers",
      steerscope: "json",
    },
  },
  activations: {
    ...{ id: "string", modelId: "string", layer: "string", index: "string" },
    ...{ tokens: "strings", values: "numbers", maxValue: "number", maxValueTokenIndex: "integer" },
    ...{ minValue: "number", binMin: "number", binMax: "number", binContains: "number" },
    ...{ dataSource: "string", steerscope: "json" },
  },
  explanations: {
    ...{ id: "string", modelId: "string", layer: "string", index: "string", description: "string" },
    ...{ authorId: "string", typeName: "string", explanationModelName: "string", steerscope: "json" },
  },
} as const satisfies Record<string, Record<string, Cell>>;

export type TableName = keyof typeof tables;

/** One Parquet file that grows by a row group at a time. */
export class ParquetTable {
  readonly #columns: [string, Cell][];
  readonly #writer: ParquetWriter;

  constructor(path: string, name: TableName) {
    mkdirSync(dirname(path), { recursive: true });
    this.#columns = Object.entries(tables[name]);
    const schema = [
      { name: "root", num_children: this.#columns.length },
      ...this.#columns.flatMap(([column, cell]) => elements(column, cell)),
    ];
    const createdBy = "steerscope";
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy });
  }

  /**
   * Adds lines as one row group; says how many.
   * @throws Error where a line has a field that is no column: nothing is left out unsaid
   */
  async add(lines: Iterable<object>): Promise<number> {
    const rows = [...lines] as Record<string, unknown>[];
    for (const row of rows)
      for (const field of Object.keys(row))
        if (!this.#columns.some(([column]) => column === field)) throw new Error(`no column ${field}`);
    if (rows.length === 0) return 0;
    const columnData = this.#columns.map(([name, cell]) => ({
      name,
      // JSON columns take what is to be written as JSON.
      data: rows.map((row) => row[name] ?? null),
      ...(cell === "json" && { type: "JSON" as const }),
    }));
    await this.#writer.write({ columnData, rowGroupSize: rows.length });
    return rows.length;
  }

  async finish(): Promise<void> {
    await this.#writer.finish();
  }
}

/** A column's part of the schema. All may be missing: an import knows less than a scan. */
function elements(name: string, cell: Cell): SchemaElement[] {
  const repetition_type = "OPTIONAL";
  switch (cell) {
    case "string":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
    case "json":
      return [{ name, type: "BYTE_ARRAY", converted_type: "JSON", repetition_type }];
    case "number":
      return [{ name, type: "DOUBLE", repetition_type }];
    case "integer":
      return [{ name, type: "INT32", repetition_type }];
    case "boolean":
      return [{ name, type: "BOOLEAN", repetition_type }];
    default: {
      const single = { strings: "string", numbers: "number", integers: "integer" } as const;
      return [
        { name, converted_type: "LIST", num_children: 1, repetition_type },
        { name: "list", num_children: 1, repetition_type: "REPEATED" },
        ...elements("element", single[cell]),
      ];
    }
  }
}
