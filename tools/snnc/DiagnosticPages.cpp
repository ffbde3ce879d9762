//===- DiagnosticPages.cpp - docs/diagnostics inside the tool -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/DiagnosticPages.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

using llvm::StringRef;

namespace snnc {

/// The cells of a row of a Markdown table, without the edges' empty ones.
static llvm::SmallVector<StringRef> cellsOf(StringRef row) {
  llvm::SmallVector<StringRef> cells;
  row.trim().trim('|').split(cells, '|');
  for (StringRef &cell : cells)
    cell = cell.trim();
  return cells;
}

/// Links and code marks as a terminal has them: "[guide](a.md)" is "guide
/// (a.md)".
static std::string plain(StringRef text) {
  std::string out;
  while (!text.empty()) {
    size_t open = text.find("](");
    size_t end = open == StringRef::npos ? open : text.find(')', open);
    size_t begin = text.take_front(open).rfind('[');
    if (end == StringRef::npos || begin == StringRef::npos) {
      out += text;
      break;
    }
    out += text.take_front(begin);
    out += text.slice(begin + 1, open);
    out += " (" + text.slice(open + 2, end).str() + ")";
    text = text.drop_front(end + 1);
  }
  return out;
}

/// The text between "## CODE..." and the next heading.
static std::string sectionOf(StringRef page, StringRef code) {
  size_t begin = page.find("\n## " + code.str());
  if (begin == StringRef::npos)
    return "";
  page = page.drop_front(page.find('\n', begin + 1));
  return plain(page.take_front(page.find("\n## ")).trim());
}

Explanation explanationOf(const DiagnosticInfo &info) {
  Explanation found;
  for (const DiagnosticPage &page : diagnosticPages()) {
    if (page.name != info.page)
      continue;
    StringRef text(page.text), line;
    bool graded = false; // a table with a column of severities
    for (StringRef rest = text; !rest.empty();) {
      std::tie(line, rest) = rest.split('\n');
      if (line.starts_with("| code |"))
        graded = cellsOf(line).size() > 3;
      if (!line.starts_with("| " + StringRef(info.name).str() + " |"))
        continue;
      auto cells = cellsOf(line);
      size_t first = graded ? 2 : 1;
      if (cells.size() > first)
        found.meaning = plain(cells[first]);
      if (cells.size() > first + 1 && cells[first + 1] != "-")
        found.help = plain(cells[first + 1]);
    }
    found.section = sectionOf(text, info.name);
  }
  return found;
}

} // namespace snnc
