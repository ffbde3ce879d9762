//===- YamlTree.cpp - A YAML document with positions ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/YamlTree.h"

#include "runtime/support/AtomicFile.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace snnc::yaml {

NodePtr Node::find(const std::string &name) const {
  for (size_t i = 0; isMap() && i < mapSize(); ++i)
    if (key(i).text == name)
      return value(i);
  return nullptr;
}

std::string Node::describe() const {
  switch (kind) {
  case Kind::Null:
    return "nothing";
  case Kind::List:
    return fmt::format("a list of {}", items.size());
  case Kind::Map:
    return "a map";
  case Kind::Scalar:
    break;
  }
  return fmt::format("the text '{}'", text.substr(0, 60));
}

namespace {

/// Ends the parse; never leaves this file.
struct Refused {
  Diagnostic why;
};

class Builder : public YAML::EventHandler {
public:
  Builder(const std::string &file, const Limits &limits)
      : file(file), limits(limits) {}

  NodePtr root;
  YAML::Mark last; ///< of the last event

  void OnDocumentStart(const YAML::Mark &) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    add(leaf(mark, Node::Kind::Null), anchor);
  }
  void OnScalar(const YAML::Mark &mark, const std::string &tag,
                YAML::anchor_t anchor, const std::string &value) override {
    auto node = leaf(mark, Node::Kind::Scalar);
    node->text = value;
    node->quoted = tag == "!";
    // yaml-cpp leaves the null spellings to its converter.
    if (!node->quoted && (value == "~" || value == "null" || value.empty()))
      node->kind = Node::Kind::Null;
    add(node, anchor);
  }
  void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    if (anchor == 0 || anchor >= anchors.size() || !anchors[anchor])
      refuse(mark, "SNN1002", "the alias leads back to the node it is in",
             {"write the part out instead of using an alias"});
    append(mark, anchors[anchor]);
  }
  void OnSequenceStart(const YAML::Mark &mark, const std::string &,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, Node::Kind::List, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark &mark, const std::string &,
                  YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, Node::Kind::Map, anchor);
  }
  void OnMapEnd() override { close(); }

private:
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor;
    std::set<std::string> keys;
  };

  [[noreturn]] void refuse(const YAML::Mark &mark, DiagnosticCode code,
                           std::string message,
                           std::vector<std::string> hints = {}) {
    throw Refused{makeError(code, {file, "", mark.line + 1, mark.column + 1},
                            std::move(message), std::move(hints))};
  }

  std::shared_ptr<Node> leaf(const YAML::Mark &mark, Node::Kind kind) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    last = mark;
    return node;
  }
  void remember(YAML::anchor_t anchor, NodePtr node) {
    if (anchor == 0)
      return;
    anchors.resize(std::max<size_t>(anchors.size(), anchor + 1));
    anchors[anchor] = std::move(node);
  }
  void add(std::shared_ptr<Node> node, YAML::anchor_t anchor) {
    append(last, node);
    remember(anchor, std::move(node));
  }
  void open(const YAML::Mark &mark, Node::Kind kind, YAML::anchor_t anchor) {
    if (stack.size() >= limits.depth)
      refuse(mark, "SNN1002",
             fmt::format("nested more than {} levels deep", limits.depth));
    stack.push_back({leaf(mark, kind), anchor, {}});
  }
  /// YAML 1.1's merge key: the pairs of a map, or of a list of maps of which
  /// earlier ones win, where the map itself has no such key.
  void merge(Open &map, const YAML::Mark &mark, const NodePtr &from) {
    if (from->isList()) {
      for (const NodePtr &item : from->items)
        if (item->isMap())
          merge(map, mark, item);
        else
          refuse(mark, "SNN1005",
                 fmt::format("'<<' takes a map or a list of maps, found {}",
                             item->describe()));
      return;
    }
    if (!from->isMap())
      refuse(mark, "SNN1005",
             fmt::format("'<<' takes a map or a list of maps, found {}",
                         from->describe()));
    for (size_t i = 0; i < from->mapSize(); ++i)
      if (map.keys.insert(from->key(i).text).second) {
        map.node->items.push_back(from->items[2 * i]);
        map.node->items.push_back(from->value(i));
      }
  }

  void resolveMerge(Open &map) {
    if (!map.node->isMap() || !map.keys.count("<<"))
      return;
    auto &items = map.node->items;
    for (size_t i = 0; i < items.size(); i += 2)
      if (items[i]->text == "<<" && !items[i]->quoted) {
        NodePtr from = items[i + 1];
        YAML::Mark mark;
        mark.line = from->line - 1;
        mark.column = from->column - 1;
        items.erase(items.begin() + int64_t(i), items.begin() + int64_t(i) + 2);
        return merge(map, mark, from); // its nodes are counted already
      }
  }

  void close() {
    Open done = std::move(stack.back());
    stack.pop_back();
    resolveMerge(done);
    YAML::Mark mark;
    mark.line = done.node->line - 1;
    mark.column = done.node->column - 1;
    append(mark, done.node);
    remember(done.anchor, std::move(done.node));
  }

  void append(const YAML::Mark &mark, NodePtr node) {
    if (stack.empty()) {
      root = std::move(node);
      return;
    }
    Node &parent = *stack.back().node;
    bool isKey = parent.isMap() && parent.items.size() % 2 == 0;
    if (isKey && !node->isScalar())
      refuse(mark, "SNN1005",
             fmt::format("a key is text, found {}", node->describe()));
    if (isKey && !stack.back().keys.insert(node->text).second)
      refuse(mark, "SNN1007",
             fmt::format("the key '{}' stands here twice", node->text));
    parent.nodes += node->nodes;
    parent.depth = std::max(parent.depth, node->depth + 1);
    if (parent.nodes > limits.nodes)
      refuse(mark, "SNN1002",
             fmt::format("more than {} nodes (aliases count as what they stand "
                         "for)",
                         limits.nodes),
             {"keep numbers in a file and name it with {file: ...}"});
    if (parent.depth + stack.size() > limits.depth + 1)
      refuse(mark, "SNN1002",
             fmt::format("nested more than {} levels deep", limits.depth));
    parent.items.push_back(std::move(node));
  }

  const std::string &file;
  const Limits &limits;
  std::vector<Open> stack;
  std::vector<NodePtr> anchors; ///< null: still open
};

} // namespace

static Expected<NodePtr> parseChecked(const std::string &text,
                                      const std::string &file,
                                      const Limits &limits, Builder &builder) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  if (!parser.HandleNextDocument(builder) || !builder.root)
    return makeError("SNN1001", {file, "", 1, 1}, "the file is empty",
                     {"docs/yaml.md has a commented example"});
  Builder second(file, limits);
  if (parser.HandleNextDocument(second))
    return makeError("SNN1001",
                     {file, "", second.root ? second.root->line : 0,
                      second.root ? second.root->column : 0},
                     "a second document begins here, a file holds one network");
  return builder.root;
}

/// What is mostly wrong where YAML cannot be read: tabs, a key without its
/// colon, keys of one map in several columns, brackets that stay open.
static std::string layoutHelp(const std::string &text, int number,
                              std::string line) {
  std::istringstream lines(text);
  std::string each;
  for (int at = 1; std::getline(lines, each); ++at)
    if (size_t tab = each.find_first_not_of(' ');
        tab != std::string::npos && each[tab] == '\t')
      return fmt::format("line {} begins with a tab: YAML indents with spaces",
                         at);
  line.erase(0, line.find_first_not_of(" \n"));
  auto count = [&](const char *set) {
    return std::count_if(text.begin(), text.end(), [&](char c) {
      return std::string_view(set).find(c) != std::string_view::npos;
    });
  };
  size_t space = line.find(' ');
  if (line.find(':') == std::string::npos && space != std::string::npos &&
      !line.starts_with('-') && !line.starts_with('#'))
    return fmt::format("a key ends with a colon: write `{}: {}`",
                       line.substr(0, std::min<size_t>(space, 100)),
                       line.substr(space + 1, 100));
  if (count("{[") != count("}]"))
    return fmt::format("count the brackets: {} open, {} close", count("{["),
                       count("}]"));
  return fmt::format("before and in line {}: the keys of one map stand in the "
                     "same column, one a line",
                     number);
}

Expected<NodePtr> parseYaml(const std::string &text, const std::string &file,
                            const Limits &limits) {
  if (text.size() > limits.fileBytes)
    return makeError("SNN1000", {file, "", 0, 0},
                     fmt::format("the text has {} B, the limit is {} B",
                                 text.size(), limits.fileBytes));
  Builder builder(file, limits);
  try {
    return parseChecked(text, file, limits, builder);
  } catch (Refused &refused) {
    return std::move(refused.why);
  } catch (const YAML::Exception &error) {
    // What is missing at the end of the file has no position of its own.
    bool atEnd = error.mark.pos <= 0 || size_t(error.mark.pos) >= text.size();
    SourceSpot spot{file, "", error.mark.line + 1, error.mark.column + 1};
    if (atEnd) {
      size_t line = text.rfind('\n') + 1; // npos + 1 is 0
      spot.line = int(std::count(text.begin(), text.end(), '\n')) + 1;
      spot.column = int(text.size() - line) + 1;
    }
    std::vector<std::string> hints;
    size_t begin = 0;
    for (int line = 1; line < spot.line && begin != std::string::npos; ++line)
      begin = text.find('\n', begin + (line > 1 ? 1 : 0));
    std::string line =
        begin == std::string::npos
            ? ""
            : text.substr(begin, text.find('\n', begin + 1) - begin);
    if (line.find(" ? ") != std::string::npos)
      hints.push_back("an equation with ' ? ' and ' : ' needs quotes: 'v = v > "
                      "1 ? 0 : v'");
    else
      hints.push_back(layoutHelp(text, spot.line, line));
    return makeError("SNN1001", std::move(spot),
                     fmt::format("not YAML: {}", error.msg), std::move(hints));
  } catch (const std::exception &error) {
    return makeError("SNN1001",
                     {file, "", builder.last.line + 1, builder.last.column + 1},
                     fmt::format("not YAML: {}", error.what()));
  }
}

Expected<NodePtr> readYaml(const std::string &path, const Limits &limits) {
  std::error_code failed;
  uint64_t bytes = std::filesystem::file_size(path, failed);
  if (!failed && bytes > limits.fileBytes)
    return makeError("SNN1000", {path, "", 0, 0},
                     fmt::format("the file has {} B, the limit is {} B", bytes,
                                 limits.fileBytes),
                     {"keep numbers in a file of their own (.npy, .csv, .h5) "
                      "and name it with {file: ...}"});
  auto text = readFile(path, limits.fileBytes);
  if (!text)
    return text.takeError();
  return parseYaml(*text, path, limits);
}

} // namespace snnc::yaml
