// A second opinion on packages, by other people's code: sizes, then what lies in them once they are unpacked.
//
// In: JSON on standard input: a list of files. Out: JSON: for each file null, or why it was refused.
import { createRequire } from "node:module";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const built = "@lumieducation/h5p-server/build/src";
const { default: PackageValidator } = require(`${built}/PackageValidator.js`);
const { default: PackageImporter } = require(`${built}/PackageImporter.js`);
const { default: H5PConfig } = require(`${built}/implementation/H5PConfig.js`);

let text = "";
for await (const chunk of process.stdin) text += chunk;

// The core of today, which this release does not know of yet, and our own limits of size.
const config = new H5PConfig(undefined, {
  coreApiVersion: { major: 1, minor: 28 },
  maxFileSize: 64 * 1024 * 1024,
  maxTotalSize: 500 * 1024 * 1024,
});
const noLibraries = { libraryExists: async () => false, isPatchedLibrary: async () => false };
const validator = new PackageValidator(config, noLibraries);

async function opinion(file) {
  const folder = await mkdtemp(join(tmpdir(), "lumi-"));
  try {
    await validator.validateFileSizes(file);
    await PackageImporter.extractPackage(file, folder, {
      includeContent: true,
      includeLibraries: true,
      includeMetadata: true,
    });
    await validator.validateExtractedPackage(folder, true, true, false);
    return null;
  } catch (error) {
    return String(error.message ?? error).slice(0, 300) || "refused";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const told = {};
for (const file of JSON.parse(text)) told[file] = await opinion(file);
// Something in the package keeps the process alive; leaving before all is written would cut the answer short.
process.stdout.write(JSON.stringify(told), () => process.exit(0));
