// The extension in VS Code in a browser: what an author sees and does.
//
// usage: node .ci/vscode.mjs SENTLINT VSIX [--picture FILE], as .ci/vscode does; the screenshots go to target/look/vscode
import { createRequire } from "node:module";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import url from "node:url";

const root = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), "..");
const require = createRequire(path.join(root, "target/ci-node/package.json"));
const { chromium } = require("playwright-core");
const [sentlint, vsix, , picture] = process.argv.slice(2);
const code = path.join(root, "target/ci-vscode/node_modules/code-server/lib/vscode");
const shots = path.join(root, "target/look/vscode");
fs.rmSync(shots, { recursive: true, force: true });
fs.mkdirSync(shots, { recursive: true });

let passed = 0;
const failures = [];
function check(name, condition, about = "") {
  if (condition) passed += 1;
  else failures.push(name);
  console.log(`${condition ? "ok" : "FAILED"}: ${name}`);
  if (!condition) console.log(String(about).slice(0, 3000));
}

// A workspace with content of the project, and a mistake in it.
const place = fs.mkdtempSync(path.join(os.tmpdir(), "sentlint-vscode-"));
const work = path.join(place, "work");
const NAME = "mremoteng-connection-fan-out";
const file = path.join(work, `hunting/${NAME}.yaml`);
fs.mkdirSync(path.dirname(file), { recursive: true });
const good = fs.readFileSync(path.join(root, `content/hunting/${NAME}.yaml`), "utf8");
fs.writeFileSync(file, good.replace("where RemotePort in", "where RemotPort in"));
fs.copyFileSync(path.join(root, `content/hunting/${NAME}.test.yaml`), path.join(work, `hunting/${NAME}.test.yaml`));
fs.writeFileSync(path.join(work, "sentlint.toml"), "");
const data = path.join(place, "data");
fs.mkdirSync(path.join(data, "data/User"), { recursive: true });
fs.writeFileSync(path.join(data, "data/User/settings.json"), JSON.stringify({
  "security.workspace.trust.enabled": false, "workbench.startupEditor": "none", "telemetry.telemetryLevel": "off",
  "editor.minimap.enabled": false, "workbench.tips.enabled": false, "files.autoSave": "off", "editor.hover.delay": 150, "workbench.secondarySideBar.defaultVisibility": "hidden",
}));

const free = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const port = await free();
const flags = ["--accept-server-license-terms", "--server-data-dir", data];
const main = path.join(code, "out/server-main.js");
execFileSync("node", [main, ...flags, "--install-extension", path.resolve(vsix)], { stdio: ["ignore", "ignore", "inherit"] });
const log = fs.openSync(path.join(shots, "server.log"), "w");
const server = spawn("node", [main, ...flags, "--without-connection-token", "--host", "127.0.0.1", "--port", String(port)], { stdio: ["ignore", log, log] });
const answers = () => new Promise((resolve) => http.get(`http://127.0.0.1:${port}/version`, (answer) => resolve(answer.statusCode < 500)).on("error", () => resolve(false)));
for (let tries = 0; tries < 120 && !(await answers()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 500));

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.setDefaultTimeout(30000);
const shot = (name) => page.screenshot({ path: path.join(shots, `${name}.png`) });
const saved = () => fs.readFileSync(file, "utf8");
/** Waits until something is so, and tells whether it came to be. */
async function until(work, limit = 30000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await work();
    if (value || Date.now() > end) return value;
    await page.waitForTimeout(150);
  }
}
async function quick(text) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").first().waitFor();
  await page.keyboard.type(text);
  // A place in the file needs no choice; anything else is the first row that is called so.
  const wanted = text.replace(/^>/, "");
  const first = page.locator(".quick-input-list .monaco-list-row").first();
  if (!text.startsWith(":")) await until(async () => (await first.getAttribute("aria-label").catch(() => ""))?.startsWith(wanted), 8000);
  else await page.waitForTimeout(300);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(400);
}
const command = (name) => quick(`>${name}`);
/** Puts the cursor at the end of the first occurrence of a text in the file as it is saved. */
async function goTo(text, offset = text.length) {
  const lines = saved().split("\n");
  const line = lines.findIndex((one) => one.includes(text));
  await quick(`:${line + 1}:${lines[line].indexOf(text) + offset + 1}`);
}
async function save() {
  const before = fs.statSync(file).mtimeMs;
  await page.keyboard.press("Control+S");
  await until(() => fs.statSync(file).mtimeMs !== before, 5000);
}

try {
  await page.goto(`http://127.0.0.1:${port}/?folder=${work}`);
  await page.locator(".monaco-workbench").waitFor({ timeout: 90000 });
  await page.getByRole("treeitem", { name: "sentlint.toml" }).waitFor();
  await quick(`${NAME}.yaml`);
  const squiggle = page.locator(".squiggly-error").first();
  await squiggle.waitFor({ timeout: 90000 }).catch(() => {});
  check("a mistake in the query is underlined", (await page.locator(".squiggly-error").count()) > 0);
  const status = page.locator("#sentlint\\.sentlint\\.sentlint\\.status, [id*='sentlint.status']").first();
  check("the status bar tells that the server runs", await until(async () => (await status.innerText().catch(() => "")).includes("sentlint")));
  const colors = await page.evaluate(() => new Set([...document.querySelectorAll(".view-line")].filter((line) => line.textContent.includes("summarize")).flatMap((line) => [...line.querySelectorAll("span span")].map((part) => getComputedStyle(part).color))).size);
  check("the query has colors of its own", colors > 2, colors);
  // The editor forgets a mouse that stands still while the text is being laid out: it comes again until there is an answer.
  const hovered = await until(async () => {
    await page.mouse.move(5, 5);
    await page.getByText("RemotPort", { exact: true }).first().hover();
    await page.waitForTimeout(1000);
    return (await page.locator(".monaco-hover:visible").allInnerTexts()).find((text) => text.includes("RemotePort"));
  }, 30000);
  check("the mistake is explained where the mouse is", hovered, hovered);
  await shot("1-mistake");

  await goTo("RemotPort", 3);
  await page.keyboard.press("Control+.");
  const fixes = page.locator(".action-widget");
  await fixes.waitFor().catch(() => {});
  const offered = await fixes.innerText().catch(() => "");
  check("a fix is offered", /RemotePort/.test(offered), offered);
  await shot("2-fix");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(800);
  await save();
  check("and applied", saved().includes("where RemotePort in") && !saved().includes("RemotPort"), saved());
  check("after which nothing is underlined", await until(async () => (await page.locator(".squiggly-error").count()) === 0));

  await page.getByText("InitiatingProcessFileName", { exact: true }).first().hover();
  const about = await until(async () => (await page.locator(".monaco-hover:visible").allInnerTexts()).find((text) => /string/.test(text)));
  check("a column is explained", about && /DeviceNetworkEvents/.test(about), about);
  await shot("3-hover");
  await page.keyboard.press("Escape");

  await goTo("RemotePort in (22, 3389, 5900)");
  await page.keyboard.press("Enter");
  await page.keyboard.type("| where RemoteUr", { delay: 40 });
  const suggested = page.locator(".suggest-widget .monaco-list-row");
  await page.locator(".suggest-widget.visible").waitFor().catch(() => {});
  await page.waitForTimeout(600);
  const words = await suggested.allInnerTexts();
  check("a column is completed", /^RemoteUrl/.test(words[0] ?? ""), words.slice(0, 5));
  await shot("4-completion");
  if (picture) await page.screenshot({ path: picture });
  await page.keyboard.press("Tab");
  await page.keyboard.type(" has 'mremoteng.org'", { delay: 15 });
  await save();
  check("and accepted", /\| where RemoteUrl has '+mremoteng.org/.test(saved()), saved());

  await goTo("let HostLimit", 8);
  await page.keyboard.press("F2");
  const name = page.locator(".rename-box input");
  await name.waitFor();
  await name.fill("MostHosts");
  await shot("5-rename");
  await name.press("Enter");
  await page.waitForTimeout(1000);
  await save();
  check("a let is renamed wherever it is used", /let MostHosts = /.test(saved()) && /Targets >= MostHosts/.test(saved()) && !saved().includes("HostLimit"), saved());

  await goTo("RemoteUrl has");
  await quick(">Format Document");
  await page.waitForTimeout(1200);
  await shot("6-format");
  await save();
  fs.writeFileSync(path.join(place, "formatted.yaml"), saved());
  const formatted = execFileSync(sentlint, ["fmt", "--isolated", "--check", path.join(place, "formatted.yaml")], { stdio: "pipe" });
  check("the query is laid out as `sentlint fmt` does", formatted !== null);

  fs.writeFileSync(file, good);
  await command("Test: Run All Tests");
  await command("Test Explorer: Focus on Test Explorer View");
  const tree = page.locator(".test-explorer");
  const green = await until(async () => (await tree.locator(".codicon-testing-passed-icon").count()) > 0, 60000);
  await page.waitForTimeout(500);
  await shot("7-tests");
  check("the tests pass in the test explorer", green, await tree.innerText().catch(() => "there is no test explorer"));

  await quick(`${NAME}.yaml`);
  await command("sentlint: Convert to ARM Template");
  const converted = await until(async () => (await page.locator(".editor-instance").allInnerTexts()).some((text) => text.replaceAll("\u00a0", " ").includes("deploymentTemplate.json")));
  await shot("8-convert");
  check("a query is converted", converted);
} catch (error) {
  check("nothing got stuck", false, error.stack);
  await shot("stuck").catch(() => {});
} finally {
  await browser.close();
  server.kill();
  fs.rmSync(place, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failures.length} failed; the screenshots are in target/look/vscode`);
process.exit(failures.length ? 1 : 0);
