// A second opinion on packages, by other people's code: Lumi's server for H5P, set to the core that our player has.
//
// In: JSON on standard input: `files`, paths of packages, and `limits`, in bytes. Out: JSON, for each path an empty text
// when it would be taken in, else what is wrong. Judged as an upload is: sizes by the directory of the ZIP, unpacking by
// Lumi's own reader, then what was unpacked. No library is installed beforehand, and no network is needed.
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const part = (name) => require(`@lumieducation/h5p-server/build/src/${name}.js`).default; // the whole takes seconds
const [PackageImporter, PackageValidator, H5PConfig] = [
  "PackageImporter",
  "PackageValidator",
  "implementation/H5PConfig",
].map(part);

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { files, limits } = JSON.parse(text);

const config = new H5PConfig(undefined, {
  coreApiVersion: { major: 1, minor: 28 },
  maxFileSize: limits.file,
  maxTotalSize: limits.unpacked,
});
const all = { includeContent: true, includeLibraries: true, includeMetadata: true };

// Its reader of ZIPs now and then never comes back from a broken file, and Node ends when nothing is left to wait for.
const SILENCE_MS = 5_000;
const TRIES = 3;

async function ask(file) {
  for (let tried = 0; tried < TRIES; tried += 1) {
    let timer;
    const silence = new Promise((resolve) => (timer = setTimeout(resolve, SILENCE_MS, undefined)));
    const answer = await Promise.race([judge(file), silence]);
    clearTimeout(timer);
    if (answer !== undefined) return answer;
  }
  return "no answer";
}

async function judge(file) {
  const folder = await mkdtemp(join(tmpdir(), "opinion-"));
  try {
    const validator = new PackageValidator(config, {});
    await validator.validateFileSizes(file);
    await PackageImporter.extractPackage(file, folder, all);
    await validator.validateExtractedPackage(folder, true, true, false);
    return "";
  } catch (error) {
    return String(error?.message || error || "refused");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const answers = {};
for (const file of files) answers[file] = await ask(file);
process.stdout.write(JSON.stringify(answers));
