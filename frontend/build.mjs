// Builds every src/*.js to <name>.js in kg/web/static/bundles (or the folder given) and writes what went in:
// manifest.json (packages with version and licence, size and sha256 of each bundle) and LICENSES.txt.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = import.meta.dirname;
const out = resolve(process.argv[2] ?? join(here, "../kg/web/static/bundles"));
const sources = readdirSync(join(here, "src")).filter((name) => name.endsWith(".js")).sort();
const locked = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf-8")).packages;

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: sources.map((name) => join("src", name)),
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // licences stand in LICENSES.txt
  metafile: true,
  write: false,
});

/** The folder of the npm package that an input file belongs to; undefined for our own. */
const packageOf = (file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];

function licenceOf(folder) {
  const file = readdirSync(join(here, folder)).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${folder} has no licence file; look up its licence before bundling it`);
  return readFileSync(join(here, folder, file), "utf-8").trim();
}

const bundles = {}, licences = new Map();
for (const [file, { inputs }] of Object.entries(metafile.outputs).sort()) {
  const name = basename(file);
  const bytes = outputFiles.find(({ path }) => basename(path) === name).contents;
  // a package counts if any of its bytes are in the bundle
  const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = [...new Set(used.map(([input]) => packageOf(input)))].filter(Boolean).sort();
  bundles[name] = {
    size: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    packages: folders.map((folder) => {
      const { version, license } = locked[folder];
      const title = folder.split("node_modules/").at(-1);
      licences.set(`${title} ${version} (${license})`, licenceOf(folder));
      return { name: title, version, license };
    }),
  };
}

mkdirSync(out, { recursive: true });
const kept = [...Object.keys(bundles), "manifest.json", "LICENSES.txt"];
for (const name of readdirSync(out).filter((found) => !kept.includes(found))) rmSync(join(out, name));
for (const { path, contents } of outputFiles) writeFileSync(join(out, basename(path)), contents);
writeFileSync(join(out, "manifest.json"), JSON.stringify({ bundles }, null, 2) + "\n");
const rule = "=".repeat(80);
writeFileSync(
  join(out, "LICENSES.txt"),
  [...licences].sort().map(([title, text]) => `${rule}\n${title}\n${rule}\n${text}\n`).join("\n"),
);
