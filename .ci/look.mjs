// The catalog in a real browser: every kind of page at three widths, light, dark and printed.
//
// usage: node .ci/look.mjs NAME=SITE... [--picture FILE], as .ci/look does; the screenshots go to target/look/NAME. The first site is
// looked at in every way, the others at the widths that differ most. --picture draws the picture of the README.
//
// It fails on a violation that axe finds, an error in the console, a request that leaves the site, a page that scrolls sideways
// at any width, a search that is slow or that the keyboard cannot reach, a page that
// hides its content without scripts, and a section of a hunting query's page that says nothing.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import url from "node:url";

const root = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), "..");
const require = createRequire(path.join(root, "target/ci-node/package.json"));
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [375, 768, 1440];
// The search may take so many milliseconds over so many entries.
const LIMIT = 50;
const ENTRIES = 5000;

let passed = 0;
const failures = [];
function check(name, condition, about = "") {
  if (condition) passed += 1;
  else {
    failures.push(name);
    console.log(`FAILED: ${name}\n  ${typeof about === "string" ? about : JSON.stringify(about, null, 1).slice(0, 2500)}`);
  }
}

/// Loads a page in a context of its own, and collects what it says and asks for.
async function open(browser, site, page, options) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  tab.said = [];
  tab.on("console", (line) => ["error", "warning"].includes(line.type()) && tab.said.push(line.text()));
  tab.on("pageerror", (error) => tab.said.push(String(error)));
  const home = url.pathToFileURL(site).href;
  tab.on("request", (request) => request.url().startsWith(home) || tab.said.push(`asks for ${request.url()}`));
  await tab.goto(`${home}/${page}`);
  return tab;
}

async function violations(tab) {
  // The pages allow no script that is written into them; a debugger's is not held back by that.
  await tab.evaluate(axe);
  const found = await tab.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], preload: false }));
  return found.violations.map((one) => `${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
}

const sideways = (tab) => tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// What a hunting query's page tells, or says that nobody stated.
const SECTIONS = ["Hunt hypothesis", "Query", "Definition", "Columns", "Required data sources", "ATT&CK context", "References", "False positives", "Validation", "Coverage", "State"];

/// The widths and schemes in which pages are shown: a phone and a wide screen in both schemes, a tablet in one.
const SCREENS = WIDTHS.flatMap((width) => (width === 768 ? ["light"] : ["light", "dark"]).map((colorScheme) => ({ width, colorScheme })));

async function looks(browser, site, shots, pages, screens) {
  for (const { width, colorScheme } of screens) {
    const tab = await open(browser, site, "index.html", { viewport: { width, height: 900 }, colorScheme, isMobile: width < 500, hasTouch: width < 500 });
    for (const [name, file] of Object.entries(pages)) {
      const what = `${name} at ${width} px, ${colorScheme}`;
      await tab.goto(`${url.pathToFileURL(site).href}/${file}`);
      const found = await violations(tab);
      check(`${what}: axe finds nothing`, found.length === 0, found);
      const over = await sideways(tab);
      check(`${what}: the page does not scroll sideways`, over <= 0, `${over} px too wide`);
      await tab.screenshot({ path: path.join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: name !== "all" });
      check(`${what}: no error and no request that leaves the site`, tab.said.length === 0, tab.said);
      tab.said.length = 0;
    }
    await tab.context().close();
  }
  const printed = await open(browser, site, "index.html", { viewport: { width: 794, height: 1123 }, colorScheme: "dark" });
  await printed.emulateMedia({ media: "print" });
  for (const [name, file] of Object.entries(pages)) {
    await printed.goto(`${url.pathToFileURL(site).href}/${file}`);
    const colors = await printed.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
    check(`${name} printed: dark on white, whatever the screen shows`, colors.join() === "rgb(255, 255, 255),rgb(0, 0, 0)", colors);
    const wide = await printed.evaluate(() => [...document.querySelectorAll("main pre, main table, main .matrix")].filter((one) => one.getBoundingClientRect().right > innerWidth).length);
    check(`${name} printed: nothing is wider than the paper`, wide === 0, wide);
    if (["start", "hunt"].includes(name)) await printed.screenshot({ path: path.join(shots, `${name}-print.png`), fullPage: true });
  }
  await printed.context().close();
  const bare = await open(browser, site, "index.html", { viewport: { width: 1024, height: 900 }, javaScriptEnabled: false });
  for (const [name, file] of Object.entries(pages)) {
    await bare.goto(`${url.pathToFileURL(site).href}/${file}`);
    if (name === "hunt") {
      const parts = await bare.evaluate(() => [...document.querySelectorAll("article > h2")].map((heading) => {
        let text = "";
        for (let next = heading.nextElementSibling; next && next.tagName !== "H2"; next = next.nextElementSibling) text += next.textContent.trim();
        return [heading.textContent, text.length];
      }));
      const missing = SECTIONS.filter((title) => !(new Map(parts).get(title) > 0));
      check("a hunting query's page has every section, and each says something", missing.length === 0, { missing, parts });
    }
    check(`${name} without scripts: the content is there`, (await bare.locator("main h1").count()) === 1 && (await bare.locator("main").innerText()).length > 80);
  }
  await bare.context().close();
}

/// The search with the keyboard alone.
async function searches(browser, site, shots, words) {
  const tab = await open(browser, site, "index.html", { viewport: { width: 1440, height: 900 } });
  await tab.keyboard.press("/");
  check("a slash leads to the search", await tab.evaluate(() => document.activeElement.id === "query"));
  await tab.keyboard.type(words);
  await tab.waitForFunction(() => document.querySelectorAll("#results a").length > 0, null, { timeout: 5000 }).catch(() => {});
  const number = await tab.locator("#results a").count();
  check(`the search finds ${words}`, number > 0);
  check("and says how many", (await tab.locator("#found").innerText()).includes(String(number)), await tab.locator("#found").innerText());
  check("and announces it", (await tab.locator("#found").getAttribute("role")) === "status");
  await tab.screenshot({ path: path.join(shots, "search-1440-light.png") });
  await tab.keyboard.press("ArrowDown");
  const first = await tab.locator("#results a").first().evaluate((link) => link === document.activeElement);
  check("the arrow leads to the first result", first);
  const found = await violations(tab);
  check("axe finds nothing among the results", found.length === 0, found);
  let reached = await tab.evaluate(() => document.activeElement.closest("#results") !== null);
  await tab.locator("#query").focus();
  for (let press = 0; press < 12 && !reached; press += 1) {
    await tab.keyboard.press("Tab");
    reached = await tab.evaluate(() => document.activeElement.closest("#results") !== null);
  }
  check("the tabulator leads there too", reached);
  await tab.waitForURL(/\?q=/);
  const wanted = await tab.locator("#results a").first().getAttribute("href");
  await tab.locator("#results a").first().focus();
  await tab.keyboard.press("Enter");
  await tab.waitForURL(`**/${wanted}`);
  check("Enter opens a result", tab.url().endsWith(wanted), tab.url());
  await tab.goBack();
  await tab.waitForFunction((number) => document.querySelectorAll("#results a").length === number, number).catch(() => {});
  check("and the search is as it was left", (await tab.locator("#query").inputValue()) === words && (await tab.locator("#results a").count()) === number);
  check("no error in the search", tab.said.length === 0, tab.said);
  await tab.context().close();

  const phone = await open(browser, site, "index.html", { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true, colorScheme: "dark" });
  await phone.locator("#query").fill(words);
  await phone.locator("#results a").first().waitFor();
  check("results do not scroll a phone sideways", (await sideways(phone)) <= 0);
  await phone.screenshot({ path: path.join(shots, "search-375-dark.png") });
  await phone.context().close();
}

/// How long the search takes over a large index: from a key to the results in the document.
async function speed(browser, site) {
  const large = fs.mkdtempSync(path.join(root, "target/look/large-"));
  for (const file of ["index.html", "style.css", "search.js"]) fs.copyFileSync(path.join(site, file), path.join(large, file));
  const kinds = ["hunting-query", "scheduled-rule", "nrt-rule"];
  const rows = Array.from({ length: ENTRIES }, (_, at) => [
    `Synthetic content number ${at} of a family ${at % 97}`, `content/c${at}.html`, kinds[at % 3], ["High", "Medium", "Low"][at % 3],
    `folder/c${at}.yaml 00000000-0000-4000-8000-${String(at).padStart(12, "0")} t${1000 + (at % 600)} devicenetworkevents remoteurl has "host${at}.example" `.padEnd(700, `processcommandline has_any ("word${at % 211}") `), [`T${1000 + (at % 600)}`],
  ]);
  fs.writeFileSync(path.join(large, "content.js"), `const CONTENT = ${JSON.stringify(rows)};\n`);
  const tab = await open(browser, large, "index.html", { viewport: { width: 1440, height: 900 } });
  const times = await tab.evaluate(() => {
    const input = document.getElementById("query");
    return ["s", "sy", "family 9", "host4999.example", "t1219 word7", "nothing at all", "devicenetworkevents", ""].map((words) => {
      // The best of some tries: what else the machine does is no matter of the search.
      const times = Array.from({ length: 7 }, () => {
        input.value = "";
        input.dispatchEvent(new Event("input", { bubbles: true }));
        const start = performance.now();
        input.value = words;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        return performance.now() - start;
      });
      return [words, Math.min(...times), document.querySelectorAll("#results a").length];
    });
  });
  const slowest = Math.max(...times.map(([, time]) => time));
  check(`the search takes under ${LIMIT} ms over ${ENTRIES} entries`, slowest < LIMIT && times[3][2] === 1 && times[6][2] > 0, times);
  console.log(`slowest search over ${ENTRIES} entries: ${slowest.toFixed(1)} ms`);
  await tab.context().close();
  fs.rmSync(large, { recursive: true });
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const given = process.argv.slice(2);
const picture = given.includes("--picture") ? given.splice(given.indexOf("--picture"), 2)[1] : null;
for (const [at, argument] of given.entries()) {
  const [name, folder] = argument.split("=");
  const site = path.resolve(folder);
  const shots = path.join(root, "target/look", name);
  fs.mkdirSync(shots, { recursive: true });
  const { content } = JSON.parse(fs.readFileSync(path.join(site, "index.json"), "utf8"));
  const wanted = content.find((one) => /mremoteng.*network|mremoteng/i.test(one.path + one.name)) ?? content[0];
  const rule = content.find((one) => one.kind === "scheduled-rule");
  const longest = content.reduce((one, other) => (other.columns.length > one.columns.length ? other : one));
  const group = (what) => fs.readdirSync(path.join(site, what)).filter((file) => file !== "index.html").sort()[0];
  const pages = { start: "index.html", hunt: wanted.page, wide: longest.page, all: "all.html", technique: `technique/${group("technique")}`, tables: "table/index.html" };
  if (rule) pages.rule = rule.page;
  await looks(browser, site, shots, pages, at ? SCREENS.filter(({ width, colorScheme }) => (width === 375) === (colorScheme === "dark") && width !== 768) : SCREENS);
  await searches(browser, site, shots, "mremoteng");
  if (at) continue;
  await speed(browser, site);
  if (picture) {
    const tab = await open(browser, site, wanted.page, { viewport: { width: 1180, height: 760 }, colorScheme: "light" });
    await tab.screenshot({ path: picture });
    await tab.context().close();
  }
}
await browser.close();
console.log(`${passed} passed, ${failures.length} failed; the screenshots are in target/look`);
process.exit(failures.length ? 1 : 0);
