// The official formatter over queries: reads one JSON object a line with `id` and `query`, and writes one with `id`, `text`
// and `broken`, with its default options, a pipe at the beginning of each line and no token added.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import vm from "node:vm";

const library = path.join(process.argv[2], "@kusto/language-service-next");
for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  const file = path.join(library, name);
  vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
}
const { KustoCode, GlobalState, Editor, Utils } = globalThis.Kusto.Language;
const options = Editor.FormattingOptions.Default.WithPipeOperatorStyle(
  Editor.PlacementStyle.NewLine,
).WithInsertMissingTokens(false);
const never = new Utils.CancellationToken();

function errors(query) {
  const diagnostics = globalThis.Bridge.getEnumerator(KustoCode.Parse(query).GetSyntaxDiagnostics());
  let count = 0;
  while (diagnostics.moveNext()) count += diagnostics.Current.Severity === "Error";
  return count;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { id, query } = JSON.parse(line);
  const service = new Editor.KustoCodeService.$ctor1(query, GlobalState.Default);
  const text = service.GetFormattedText(options, 0, never).Text;
  process.stdout.write(`${JSON.stringify({ id, text, broken: errors(query) > 0 })}\n`);
}
