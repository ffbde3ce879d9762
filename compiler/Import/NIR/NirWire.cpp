//===- NirWire.cpp - A graph between two processes ------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers in native order (both ends are one program), text and arrays after
// their length. Small items gather in a buffer; tensors go straight through.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirWire.h"

#include "compiler/Import/NIR/NirPrimitive.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace snnc::nir {

namespace {

constexpr uint32_t endMark = 0x534e4e45;
/// Above ReadLimits::graphDepth of any sensible caller; bounds the recursion.
constexpr unsigned maxDepth = 1024;

class Sender {
public:
  explicit Sender(int fd) : fd(fd) {}
  bool finish() {
    flush();
    return ok;
  }

  template <typename T> void number(T value) { bytes(&value, sizeof value); }
  void text(const std::string &value) {
    number(uint64_t(value.size()));
    bytes(value.data(), value.size());
  }
  template <typename T> void numbers(const std::vector<T> &values) {
    number(uint64_t(values.size()));
    bytes(values.data(), values.size() * sizeof(T));
  }
  void texts(const std::vector<std::string> &values) {
    number(uint64_t(values.size()));
    for (const std::string &value : values)
      text(value);
  }
  void diagnostic(const Diagnostic &d) {
    text(d.code.name());
    number(uint8_t(d.severity));
    text(d.spot.file);
    text(d.spot.node);
    text(d.message);
    texts(d.notes);
    texts(d.hints);
  }
  void fields(const std::map<std::string, Field> &map) {
    number(uint64_t(map.size()));
    for (const auto &[name, field] : map) {
      text(name);
      if (const auto *value = std::get_if<std::string>(&field)) {
        number(uint8_t(255));
        text(*value);
        continue;
      }
      const auto &tensor = std::get<Tensor>(field);
      number(uint8_t(tensor.kind()));
      numbers(tensor.shape());
      text(tensor.storedAs());
      std::visit([&](const auto &values) { numbers(values); }, tensor.data());
    }
  }
  void graph(const Graph &g) {
    text(g.path);
    text(g.version);
    number(uint64_t(g.nodes.size()));
    for (const Node &node : g.nodes) {
      text(node.name);
      text(node.path);
      text(std::string(node.kind->name()));
      fields(node.fields);
      fields(node.metadata);
      number(uint8_t(node.graph != nullptr));
      if (node.graph)
        graph(*node.graph);
    }
    numbers(g.edges);
    number(uint64_t(g.unresolved.size()));
    for (const NamedEdge &edge : g.unresolved) {
      text(edge.source);
      text(edge.target);
    }
    fields(g.metadata);
  }

private:
  void bytes(const void *data, size_t size) {
    const char *begin = static_cast<const char *>(data);
    if (size < 4096) {
      buffer.append(begin, size);
      if (buffer.size() >= 65536)
        flush();
      return;
    }
    flush();
    put(begin, size);
  }
  void flush() {
    put(buffer.data(), buffer.size());
    buffer.clear();
  }
  void put(const char *data, size_t size) {
    while (ok && size > 0) {
      ssize_t written = ::write(fd, data, size);
      if (written < 0 && errno == EINTR)
        continue;
      ok = written > 0;
      if (!ok)
        return;
      data += written;
      size -= size_t(written);
    }
  }

  int fd;
  bool ok = true;
  std::string buffer;
};

/// Reads from memory; after the first inconsistency every read yields zero or
/// nothing and `ok()` is false.
class Receiver {
public:
  Receiver(const char *data, size_t size) : at(data), left(size) {}
  bool ok() const { return good; }
  void refuse() { good = false; }

  template <typename T> T number() {
    T value{};
    if (take(sizeof value))
      std::memcpy(&value, at - sizeof value, sizeof value);
    return value;
  }
  /// A count of items that take at least `itemBytes` each.
  size_t count(size_t itemBytes) {
    auto value = number<uint64_t>();
    good = good && value <= left / itemBytes;
    return good ? size_t(value) : 0;
  }
  std::string text() {
    size_t size = count(1);
    return take(size) ? std::string(at - size, size) : std::string();
  }
  template <typename T> std::vector<T> numbers() {
    std::vector<T> values(count(sizeof(T)));
    size_t size = values.size() * sizeof(T);
    if (take(size))
      for (size_t done = 0; done < size; done += kPiece) {
        size_t piece = std::min(kPiece, size - done);
        const char *from = at - size + done;
        std::memcpy(reinterpret_cast<char *>(values.data()) + done, from,
                    piece);
        release(from, piece);
      }
    return values;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> values(count(8));
    for (std::string &value : values)
      value = text();
    return values;
  }
  Diagnostic diagnostic() {
    Diagnostic d;
    if (auto code = DiagnosticCode::find(text()))
      d.code = *code;
    else
      refuse();
    d.severity = Severity(std::min<uint8_t>(number<uint8_t>(), 2));
    d.spot.file = text();
    d.spot.node = text();
    d.message = text();
    d.notes = texts();
    d.hints = texts();
    return d;
  }
  Tensor tensor(uint8_t kind) {
    auto shape = numbers<uint64_t>();
    std::string storedAs = text();
    Tensor::Data data;
    switch (kind) {
    case uint8_t(ElementKind::F32):
      data = numbers<float>();
      break;
    case uint8_t(ElementKind::F64):
      data = numbers<double>();
      break;
    case uint8_t(ElementKind::I64):
      data = numbers<int64_t>();
      break;
    default:
      refuse();
    }
    Tensor value(std::move(shape), std::move(data), std::move(storedAs));
    good = good && elementCount(value.shape()) == value.size();
    return value;
  }
  std::map<std::string, Field> fields() {
    std::map<std::string, Field> map;
    for (size_t i = count(9); good && i > 0; --i) {
      std::string name = text();
      auto kind = number<uint8_t>();
      if (kind == 255)
        map.emplace(std::move(name), text());
      else
        map.emplace(std::move(name), tensor(kind));
    }
    return map;
  }
  Graph graph(unsigned depth) {
    Graph g;
    g.path = text();
    g.version = text();
    if (depth > maxDepth)
      refuse();
    for (size_t i = count(1); good && i > 0; --i) {
      Node node;
      node.name = text();
      node.path = text();
      node.kind = findPrimitive(text());
      good = good && node.kind &&
             (g.nodes.empty() || g.nodes.back().name < node.name);
      if (!good)
        break;
      node.fields = fields();
      node.metadata = fields();
      bool nested = number<uint8_t>() != 0;
      good = good && nested == node.kind->isGraph();
      if (good && nested)
        node.graph = std::make_unique<Graph>(graph(depth + 1));
      g.nodes.push_back(std::move(node));
    }
    g.edges = numbers<Edge>();
    for (const Edge &edge : g.edges)
      good =
          good && edge.source < g.nodes.size() && edge.target < g.nodes.size();
    good = good && std::is_sorted(g.edges.begin(), g.edges.end());
    for (size_t i = count(16); good && i > 0; --i) {
      std::string source = text();
      g.unresolved.push_back({std::move(source), text()});
    }
    g.metadata = fields();
    return g;
  }

private:
  bool take(size_t size) {
    good = good && size <= left;
    if (!good)
      return false;
    at += size;
    left -= size;
    return true;
  }

  static constexpr size_t kPiece = size_t(1) << 20;
  /// What was copied is not read again: large arrays exist once.
  static void release(const char *begin, size_t size) {
    constexpr uintptr_t kPage = 4096;
    auto first = (uintptr_t(begin) + kPage - 1) / kPage * kPage,
         last = (uintptr_t(begin) + size) / kPage * kPage;
    if (size == kPiece && first < last)
      ::madvise(reinterpret_cast<void *>(first), last - first, MADV_REMOVE);
  }

  const char *at;
  size_t left;
  bool good = true;
};

/// A view of a whole file that is this process's own (a memfd).
class Mapping {
public:
  explicit Mapping(int fd) {
    struct stat info;
    if (::fstat(fd, &info) != 0 || info.st_size <= 0)
      return;
    void *mapped = ::mmap(nullptr, size_t(info.st_size), PROT_READ | PROT_WRITE,
                          MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
      return;
    data = static_cast<const char *>(mapped);
    size = size_t(info.st_size);
  }
  ~Mapping() {
    if (data)
      ::munmap(const_cast<char *>(data), size);
  }
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;

  const char *data = nullptr;
  size_t size = 0;
};

} // namespace

bool sendResult(int fd, const std::vector<Diagnostic> &findings,
                const Expected<Graph> &result) {
  Sender sender(fd);
  sender.number(uint64_t(findings.size()));
  for (const Diagnostic &finding : findings)
    sender.diagnostic(finding);
  sender.number(uint8_t(bool(result)));
  if (result)
    sender.graph(*result);
  else
    sender.diagnostic(result.error());
  sender.number(endMark);
  return sender.finish();
}

std::optional<Expected<Graph>> receiveResult(int fd, DiagnosticSink &findings) {
  Mapping mapping(fd);
  Receiver receiver(mapping.data, mapping.size);
  std::vector<Diagnostic> notes;
  for (size_t i = receiver.count(8); receiver.ok() && i > 0; --i)
    notes.push_back(receiver.diagnostic());
  bool succeeded = receiver.number<uint8_t>() != 0;
  Expected<Graph> result = succeeded ? Expected<Graph>(receiver.graph(0))
                                     : Expected<Graph>(receiver.diagnostic());
  if (receiver.number<uint32_t>() != endMark || !receiver.ok())
    return std::nullopt;
  for (Diagnostic &note : notes)
    findings.report(std::move(note));
  return result;
}

} // namespace snnc::nir
