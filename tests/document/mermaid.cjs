// Mermaid's own parser on the picture in the file that is named: ends with an error if it is none.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { join } = require('node:path');

const from = createRequire(join(process.env.NODE_PATH, 'x.js'));
const { JSDOM } = from('jsdom');
const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;

const entry = join(process.env.NODE_PATH, 'mermaid', 'dist', 'mermaid.core.mjs');
import(pathToFileURL(entry).href)
  .then(({ default: mermaid }) => mermaid.parse(readFileSync(process.argv[2], 'utf8')))
  .catch((error) => {
    console.error(String(error));
    process.exit(1);
  });
