// A second opinion on a badge, by other people's code: is it signed by its issuer, and what do the status lists say?
//
// In: JSON on standard input: the badge's token, the issuer's published key set, and the lists by address.
// Out: JSON. The key comes from the published set and never from the token's own header.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto; // Node 18 keeps it to itself

const { createLocalJWKSet, decodeProtectedHeader, jwtVerify } = await import("jose");
const { checkStatus } = await import("@digitalbazaar/vc-bitstring-status-list");

let text = "";
for await (const part of process.stdin) text += part;
const { token, keys, lists, issuer, now } = JSON.parse(text);

const published = createLocalJWKSet(keys);
const read = async (jwt, typ) =>
  (await jwtVerify(jwt, published, { algorithms: ["EdDSA"], issuer, typ, currentDate: new Date(now) })).payload;

let answer;
try {
  const credential = await read(token, "JWT");
  const checked = await checkStatus({
    credential,
    documentLoader: async (address) => ({ document: await read(lists[address], "vc+jwt") }),
    verifyBitstringStatusListCredential: false, // it is signed as a JWT, and read() has checked that
  });
  if (!checked.verified) throw checked.error;
  const status = Object.fromEntries(checked.results.map((r) => [r.credentialStatus.statusPurpose, r.status]));
  answer = { verified: true, credential, header: decodeProtectedHeader(token), status };
} catch (error) {
  answer = { verified: false, error: error.code ?? String(error) };
}
process.stdout.write(JSON.stringify(answer));
