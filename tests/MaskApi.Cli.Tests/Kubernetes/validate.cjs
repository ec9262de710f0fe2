// Checks every document of the files given against the schema of its kind. Prints each kind, and fails at the first that does not fit.
const { readFileSync } = require("node:fs");
const { loadAll } = require("js-yaml");

for (const file of process.argv.slice(2)) {
  for (const document of loadAll(readFileSync(file, "utf8"))) {
    const { apiVersion, kind } = document;
    const Model = require(`kubernetes-models/${apiVersion}/${kind}`)[kind];
    try {
      new Model(document).validate();
    } catch (error) {
      throw new Error(`${file}: ${kind}: ${error.message}`);
    }

    console.log(kind);
  }
}
