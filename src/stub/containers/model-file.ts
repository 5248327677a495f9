/** Model files as XGBoost, and SageMaker's training jobs, leave them: JSON, UBJSON, or either in a model.tar.gz. */
import { gunzipSync } from "node:zlib";
import { ModelFileError } from "../trees.ts";
import { modelOf, parseModel, type Model } from "../xgboost.ts";
import { isTar, readTar, TarError } from "./tar.ts";
import { parseUbjson, UbjsonError } from "./ubjson.ts";

/** What an artefact may unpack to; no tree model comes near, and a bomb stops here. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** The name that the container gives its models, and what files of that kind are called. */
const MODEL_NAME = /(^|\/)(xgboost-model[^/]*|[^/]*\.(json|ubj|ubjson|bst|xgb|model|bin|pkl))$/i;
/** What lies in archives beside a model: macOS writes the first. */
const NO_MODEL = /(^|\/)(\._[^/]*|\.[^/]*|code\/.*)$/;

const CONVERT_PICKLE =
  "It is a pickled Python object. Save it as JSON, with the XGBoost that wrote it: " +
  'python -c \'import pickle; pickle.load(open("FILE", "rb")).save_model("xgboost-model.json")\'';
const CONVERT_BINARY =
  "It is in XGBoost's old binary format. Save it as JSON, with an XGBoost before 3.1: " +
  'python -c \'import xgboost; xgboost.Booster(model_file="FILE").save_model("xgboost-model.json")\'';

/** `{`, and then what in UBJSON is the type of a length. */
function isUbjson(bytes: Buffer): boolean {
  return bytes[0] === 0x7b && "iUIlL}N".includes(String.fromCharCode(bytes[1] ?? 0)) && bytes.includes(0);
}

/** A pickle of protocol 2 to 5 begins with 0x80 and that number. */
function isPickle(bytes: Buffer): boolean {
  return bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5;
}

/** The old format begins with its name, or at once with a struct whose count of features is small. */
function isLegacyBinary(bytes: Buffer): boolean {
  return (
    bytes.toString("latin1", 0, 4) === "binf" || (bytes.length > 136 && bytes.subarray(0, 136).includes(0))
  );
}

function refuse(text: string, name: string): never {
  throw new ModelFileError(text.replace("FILE", name));
}

function parseFile(bytes: Buffer, name: string): Model {
  if (isUbjson(bytes)) {
    return modelOf(parseUbjson(bytes));
  }
  if (isPickle(bytes)) {
    return refuse(CONVERT_PICKLE, name);
  }
  if (isLegacyBinary(bytes)) {
    return refuse(CONVERT_BINARY, name);
  }
  return parseModel(bytes.toString("utf8"));
}

/**
 * The one file of several that is a model: the container's own name for it goes first.
 *
 * @param place - what holds them, in the message: "archive", "folder".
 * @throws {ModelFileError} when there is none, or more than one.
 */
export function modelAmong<F extends { readonly name: string }>(files: readonly F[], place: string): F {
  const candidates = files.filter(({ name }) => MODEL_NAME.test(name) && !NO_MODEL.test(name));
  const named = candidates.filter(({ name }) => /(^|\/)xgboost-model(\.\w+)?$/.test(name));
  const [file, ...others] = named.length > 0 ? named : candidates;
  if (file === undefined) {
    const held = files.map(({ name }) => name).slice(0, 10);
    throw new ModelFileError(
      `The ${place} holds no xgboost-model, *.json or *.ubj; it holds ${held.join(", ") || "no file"}.`,
    );
  }
  if (others.length > 0) {
    const names = [file, ...others].map(({ name }) => name).slice(0, 10);
    throw new ModelFileError(`The ${place} holds several models: ${names.join(", ")}. One is served.`);
  }
  return file;
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new ModelFileError(
      isTooLong
        ? `The archive unpacks to more than ${MOST_BYTES} bytes.`
        : `The archive is damaged: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

/**
 * Makes a model of the bytes of a model file, whatever its name: JSON, UBJSON, or an archive (tar, gzipped or not) that
 * holds one.
 *
 * @throws {ModelFileError} when they are none. Of a pickle, and of the old binary format, the message says how to
 * convert it.
 *
 * @param fileName - what it is called in that message.
 */
export function modelOfBytes(bytes: Buffer, fileName = "xgboost-model"): Model {
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const whole = isZipped ? unzip(bytes) : bytes;
  let place = "";
  try {
    if (!isTar(whole)) {
      return parseFile(whole, fileName);
    }
    const { name, bytes: held } = modelAmong(readTar(whole), "archive");
    place = `${name}: `;
    return parseFile(held, name);
  } catch (error) {
    if (error instanceof ModelFileError || error instanceof TarError || error instanceof UbjsonError) {
      throw new ModelFileError(`${place}${error.message}`, { cause: error });
    }
    throw error;
  }
}
