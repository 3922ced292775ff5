"""Neovim and Emacs with the settings of docs/editors.md: findings arrive, and completion answers.

usage: target/ci-venv/bin/python .ci/editor_clients.py SENTLINT
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from checks import check, finish

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUERY = "DeviceNetworkEvents\n| where RemotPort == 443\n| where RemoteUr\n"
RULE = (ROOT / "content/hunting/mremoteng-connection-fan-out.yaml").read_text().replace("where RemotePort in", "where RemotPort in")
PACKAGES = {"nvim": ["neovim"], "emacs": ["emacs-nox", "elpa-eglot", "elpa-yaml-mode"]}


def settings(editor):
    """The block of docs/editors.md for an editor."""
    text = (ROOT / "docs/editors.md").read_text()
    return re.search(rf"<!-- editor: {editor} -->\n```\w+\n(.*?)```", text, re.S)[1]


def install():
    missing = [name for program, names in PACKAGES.items() if not shutil.which(program) for name in names]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--no-install-recommends", *missing]):
            subprocess.run(["apt-get", "-qq", "-y", *command], env=env, check=True, stdout=subprocess.DEVNULL)
    return [program for program in PACKAGES if shutil.which(program)]


def run(command, folder, sentlint):
    env = os.environ | {"PATH": f"{sentlint.parent}:{os.environ['PATH']}", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_STATE_HOME": str(folder / "state")}  # fmt: skip
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    answer = folder / "answer.json"
    told = json.loads(answer.read_text()) if answer.exists() else {}
    answer.unlink(missing_ok=True)
    return told, done


# Debian's Neovim is older than the functions that the settings use; these do the same with what it has.
OLDER_NEOVIM = """
vim.filetype = vim.filetype or {}
vim.filetype.add = vim.filetype.add or function() end
if not vim.lsp.enable then
  local configs = {}
  vim.lsp.config = function(name, config) configs[name] = config end
  vim.lsp.enable = function(name)
    local config = configs[name]
    vim.api.nvim_create_autocmd("FileType", { pattern = config.filetypes, callback = function(event)
      local id = vim.lsp.start_client({ name = name, cmd = config.cmd, root_dir = vim.fn.getcwd() })
      vim.lsp.buf_attach_client(event.buf, id)
    end })
  end
end
vim.cmd("autocmd BufRead *.kql set filetype=kql")
"""

ASK_NEOVIM = """
local said = {}
vim.cmd("edit " .. vim.env.ASKED)
vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, one in ipairs(vim.diagnostic.get(0)) do table.insert(said, one.message) end
local line = vim.fn.search(vim.env.AFTER, "e")
local column = vim.fn.col(".")
local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = line - 1, character = column } }
local words = {}
for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/completion", params, 10000) or {}) do
  for _, item in ipairs((answer.result or {}).items or answer.result or {}) do table.insert(words, item.label) end
end
local file = io.open("answer.json", "w")
file:write(vim.fn.json_encode({ diagnostics = said, words = words }))
file:close()
vim.cmd("qall!")
"""

ASK_EMACS = """
(require 'eglot)
(require 'json)
(find-file (getenv "ASKED"))
(unless (eglot-current-server) (apply #'eglot--connect (eglot--guess-contact)))
(unless (eglot-managed-p) (eglot--maybe-activate-editing-mode))
(flymake-mode 1)
(flymake-start)
(let ((end (+ (float-time) 30)))
  (while (and (not (flymake-diagnostics)) (< (float-time) end)) (accept-process-output nil 0.1)))
(goto-char (point-min))
(re-search-forward (getenv "AFTER"))
(let* ((answer (jsonrpc-request (eglot-current-server) :textDocument/completion (eglot--TextDocumentPositionParams)))
       (items (if (vectorp answer) answer (plist-get answer :items)))
       (said (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))
  (with-temp-file "answer.json"
    (insert (json-encode (list :diagnostics (vconcat said)
                               :words (vconcat (mapcar (lambda (item) (plist-get item :label)) items)))))))
(kill-emacs 0)
"""


def main():
    sentlint = pathlib.Path(sys.argv[1]).resolve()
    editors = install()
    for program in PACKAGES.keys() - set(editors):
        print(f"skipped: there is no {program}")
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        (folder / "sentlint.toml").write_text("")
        (folder / "a.kql").write_text(QUERY)
        (folder / "b.yaml").write_text(RULE)
        (folder / "neovim.lua").write_text(OLDER_NEOVIM + settings("neovim"))
        (folder / "ask.lua").write_text(ASK_NEOVIM)
        (folder / "settings.el").write_text(settings("emacs"))
        (folder / "ask.el").write_text(ASK_EMACS)
        commands = {
            "nvim": ["nvim", "--headless", "-u", "neovim.lua", "-c", "luafile ask.lua"],
            "emacs": ["emacs", "--batch", "--eval", "(package-initialize)", "-l", "settings.el", "-l", "ask.el"],
        }
        for program in editors:
            for name, after, wanted in (("a.kql", "RemoteUr", "RemoteUrl"), ("b.yaml", "ActionTyp", "ActionType")):
                os.environ |= {"ASKED": name, "AFTER": after}
                told, done = run(commands[program], folder, sentlint)
                found = [one for one in told.get("diagnostics", []) if "RemotPort" in one]
                check(f"{program} shows the mistake in {name}", found, told or done)
                check(f"and completes a column", wanted in told.get("words", []), told.get("words", [])[:20] or done)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
