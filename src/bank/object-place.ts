/**
 * A bank in a bucket of an S3 store: `s3://bucket/prefix`. LanceDB reads and writes it; a commit is a put that the store refuses where the
 * name is taken (If-None-Match), so writers on several machines are safe on a store that keeps to that, as Amazon's and most others do.
 * There is no `bank.json`: the tables say what the bank is. Credentials come from the environment and are in no error of ours.
 */
import type { Connection } from "@lancedb/lancedb";
import { LessonbankError, MachineError, UsageError } from "../errors.ts";
import { parseDescription } from "./bank-folder.ts";
import { connect } from "./lance-connection.ts";
import { newColumns, readTableDescription, tableName } from "./lesson-table.ts";
import { makeEmptyTable, type Place } from "./place.ts";

export interface ObjectStorageOptions {
  /** Of a store that is not Amazon's: `https://…`. Default: AWS_ENDPOINT_URL, or Amazon. Buckets are then named in the path. */
  readonly endpoint?: string | undefined;
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, or `us-east-1` where there is an endpoint. */
  readonly region?: string | undefined;
  /** Whether an endpoint may be one without encryption. Default: AWS_ALLOW_HTTP is `true`. */
  readonly allowHttp?: boolean | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const secretNames = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;
/** Any of these says where credentials come from. */
const sources = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];
const tables = [tableName, "showings", "changes"];

export function isObjectUri(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(name);
}

/** Throws a UsageError where the URI is none of an S3 store, and a MachineError where the environment has no credentials. */
export function objectPlace(
  uri: string,
  storage: ObjectStorageOptions = {},
  environment: Environment = process.env,
): Place {
  const name = checkUri(uri);
  const options = storageOptions(storage, environment);
  if (!sources.some((source) => environment[source])) {
    throw new MachineError(`there are no credentials for ${name}`, {
      remedy: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    });
  }
  const open = (): Promise<Connection> => connect(name, options);
  const clean = (error: unknown): Error => withoutSecrets(error, environment);
  const notReachable = (error: unknown): MachineError =>
    new MachineError(`the bank of lessons in ${name} cannot be reached: ${reason(clean(error))}`, {
      remedy: "check the bucket, the endpoint, the region and the credentials in the environment",
      cause: clean(error),
    });

  return {
    name,
    connect: open,
    async inspect() {
      let connection: Connection | undefined;
      try {
        connection = await open();
        const names = await connection.tableNames();
        if (names.length === 0) return { kind: "vacant" };
        if (!names.includes(tableName)) {
          throw new UsageError(`${name} is not a bank of lessons: it holds other tables`, {
            remedy: "name the prefix of a bank, or one where nothing is yet",
          });
        }
        const table = await connection.openTable(tableName);
        const schema = await table.schema();
        table.close();
        const columns = new Set(schema.fields.map((field) => field.name));
        const complete =
          tables.every((each) => names.includes(each)) && newColumns.every((each) => columns.has(each));
        return { kind: "bank", description: parseDescription(readTableDescription(schema)), complete };
      } catch (error) {
        throw error instanceof LessonbankError ? error : notReachable(error);
      } finally {
        connection?.close();
      }
    },
    // Only a write shows whether one may write.
    requireWritable: async () => {},
    hasTable: async (connection, table) => (await connection.tableNames()).includes(table),
    async makeTable(table, schema) {
      const connection = await open();
      try {
        await makeEmptyTable(connection, table, schema).catch(async (error: unknown) => {
          // Another process may have been quicker.
          if (!(await connection.tableNames()).includes(table)) throw error;
        });
      } finally {
        connection.close();
      }
    },
    describe: async () => {},
    turn: async () => undefined,
    damaged: (what, cause) =>
      new UsageError(`${name} is a bank of lessons that cannot be used: ${what}`, {
        remedy: "check that the store can be reached; if so, import an export of the lessons into a new bank",
        cause: cause === undefined ? undefined : clean(cause),
      }),
    notWritable: (error) =>
      new MachineError(`the bank of lessons in ${name} cannot be written: ${reason(clean(error))}`, {
        remedy: "check that the store can be reached and that the credentials allow writing",
        cause: clean(error),
      }),
  };
}

function checkUri(uri: string): string {
  let parsed: URL;
  try {
    parsed = new URL(uri);
  } catch (error) {
    throw new UsageError("the bank's URI is not one", { remedy: "write s3://bucket/prefix", cause: error });
  }
  const { protocol, username, password, hostname, search, hash } = parsed;
  if (username || password || search || hash) {
    throw new UsageError("the bank's URI holds more than a bucket and a prefix", {
      remedy: "write s3://bucket/prefix; credentials come from the environment",
    });
  }
  if (protocol !== "s3:" || !/^[a-z0-9][a-z0-9.-]+$/.test(hostname)) {
    throw new UsageError(`${uri} is not in a store that lessonbank knows`, {
      remedy: "write s3://bucket/prefix, or name a folder",
    });
  }
  return uri.replace(/\/+$/, "");
}

function storageOptions(
  { endpoint, region, allowHttp }: ObjectStorageOptions,
  environment: Environment,
): Record<string, string> {
  const where = endpoint ?? environment["AWS_ENDPOINT_URL"] ?? environment["AWS_ENDPOINT"];
  const plain = allowHttp ?? environment["AWS_ALLOW_HTTP"] === "true";
  const place =
    region ??
    environment["AWS_REGION"] ??
    environment["AWS_DEFAULT_REGION"] ??
    (where === undefined ? undefined : "us-east-1");
  if (where?.startsWith("http:") && !plain) {
    throw new UsageError(`the endpoint ${new URL(where).origin} is not encrypted`, {
      remedy: "use https, or allow http by its option or by AWS_ALLOW_HTTP=true",
    });
  }
  return {
    ...(where !== undefined && { aws_endpoint: where, aws_virtual_hosted_style_request: "false" }),
    ...(place !== undefined && { aws_region: place }),
    ...(plain && { allow_http: "true" }),
  };
}

/** LanceDB's errors quote what the store said, which may quote what it was sent. */
function withoutSecrets(error: unknown, environment: Environment): Error {
  let text = error instanceof Error ? error.message : String(error);
  for (const name of secretNames) {
    const secret = environment[name];
    if (secret)
      text = text.replaceAll(secret, `(${name})`).replaceAll(encodeURIComponent(secret), `(${name})`);
  }
  return new Error(text);
}

/** What the store said, in one short line, without LanceDB's own places. */
function reason({ message }: Error): string {
  const code = /<Code>(\w+)<\/Code>/.exec(message)?.[1];
  if (code !== undefined) return code;
  const known =
    /InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|NoSuchBucket|Connection refused|timed out|dns error/i;
  return known.exec(message)?.[0] ?? "the store did not do what was asked";
}
