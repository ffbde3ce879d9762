//===- NirWalk.cpp - From an open HDF5 file to a graph --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layout: /version, /node/{type,edges,nodes/<name>/{type,<field>,metadata}}
// where a nested NIRGraph repeats type, edges and nodes. No attributes.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirWalk.h"

#include "compiler/Import/NIR/NirDataset.h"
#include "compiler/Import/NIR/NirPrimitive.h"

#include <algorithm>
#include <fmt/format.h>

namespace snnc::nir {

using hdf5::Handle;

namespace {

/// An object that a link of a group leads to.
struct Object {
  Handle handle;
  H5I_type_t type = H5I_BADID;
  haddr_t address = HADDR_UNDEF;
};

/// What H5Literate hands to its callback.
struct Listing {
  size_t limit;
  size_t nameBytes;
  std::vector<std::string> names;
  std::string badName;  ///< the first one refused
  std::string linkName; ///< the first that is no hard link
};

class Walker {
public:
  Walker(const std::string &path, uint64_t fileBytes, DiagnosticSink &findings,
         const ReadLimits &limits)
      : file(path), limits(limits), findings(findings),
        budget(limits, fileBytes) {}

  Expected<Graph> run();

private:
  Expected<std::vector<std::string>> list(hid_t group, const std::string &path,
                                          size_t limit);
  Expected<Object> open(hid_t group, const std::string &name,
                        const std::string &path);
  Expected<Object> openGroup(hid_t group, const std::string &name,
                             const std::string &path);
  Expected<Field> field(hid_t group, const std::string &name,
                        const std::string &path);

  Expected<Graph> readRoot(hid_t root);
  Expected<Graph> readGraph(hid_t group, const std::string &path,
                            unsigned depth);
  Status readNodes(hid_t group, Graph &graph, unsigned depth);
  Expected<Node> readNode(hid_t group, std::string name, std::string path,
                          unsigned depth);
  Status readFields(hid_t group, const std::vector<std::string> &names,
                    Node &node);
  Status readEdges(hid_t group, Graph &graph);
  Status readMetadata(hid_t group, const std::string &path,
                      const std::string &prefix, unsigned depth,
                      std::map<std::string, Field> &out);
  Diagnostic aborted(hid_t group, const std::string &path,
                     const std::string &what);
  Expected<const Primitive *> readKind(hid_t group, const std::string &path);

  SourceSpot spot(const std::string &path) const { return {file, path, 0, 0}; }
  void note(DiagnosticCode code, const std::string &path, std::string message) {
    findings.report(
        {code, Severity::Note, spot(path), std::move(message), {}, {}});
  }
  Diagnostic damaged(const std::string &path) const {
    return makeError("SNN0203", spot(path),
                     fmt::format("the file is damaged: {}", hdf5::lastError()),
                     {"copy or export the file again"});
  }

  const std::string &file;
  const ReadLimits &limits;
  DiagnosticSink &findings;
  Budget budget;
  uint32_t nodeCount = 0, edgeCount = 0, metadataCount = 0;
  std::vector<haddr_t> ancestors; ///< groups between the root and here
};

} // namespace

//===----------------------------------------------------------------------===//
// Groups and links
//===----------------------------------------------------------------------===//

static herr_t collect(hid_t, const char *name, const H5L_info_t *info,
                      void *data) {
  auto &listing = *static_cast<Listing *>(data);
  std::string_view text(name);
  if (info->type != H5L_TYPE_HARD) {
    listing.linkName = printable(text);
    return 1;
  }
  if (text.size() > listing.nameBytes || !isCleanName(text)) {
    listing.badName = printable(text);
    return 1;
  }
  listing.names.emplace_back(text);
  return listing.names.size() > listing.limit;
}

Expected<std::vector<std::string>>
Walker::list(hid_t group, const std::string &path, size_t limit) {
  Listing listing{limit, limits.nameBytes, {}, {}, {}};
  hsize_t at = 0;
  herr_t status =
      H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &at, collect, &listing);
  if (status < 0)
    return damaged(path);
  if (!listing.linkName.empty())
    return makeError(
        "SNN0207", spot(path),
        fmt::format("'{}' is a soft or external link, which is "
                    "refused: a model is one self-contained file",
                    listing.linkName),
        {"read and write it once more; in Python: nir.write('new.nir', "
         "nir.read('old.nir'))"});
  if (!listing.badName.empty())
    return makeError("SNN0214", spot(path),
                     fmt::format("'{}' is not a name: it must be UTF-8 without "
                                 "control characters, at most {} bytes",
                                 listing.badName, limits.nameBytes),
                     {"rename the layer in the framework and export again"});
  if (listing.names.size() > limit)
    return tooMuch(spot(path), "too many entries", listing.names.size(), limit,
                   "entries");
  std::sort(listing.names.begin(), listing.names.end());
  if (std::adjacent_find(listing.names.begin(), listing.names.end()) !=
      listing.names.end())
    return makeError("SNN0203", spot(path),
                     "the file is damaged: a name occurs twice",
                     {"copy or export the file again"});
  return std::move(listing.names);
}

Expected<Object> Walker::open(hid_t group, const std::string &name,
                              const std::string &path) {
  Object object;
  object.handle = Handle(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object.handle)
    return damaged(path);
  object.type = H5Iget_type(object.handle.get());
  H5O_info_t info;
  if (H5Oget_info2(object.handle.get(), &info, H5O_INFO_BASIC) < 0)
    return damaged(path);
  object.address = info.addr;
  return object;
}

Expected<Object> Walker::openGroup(hid_t group, const std::string &name,
                                   const std::string &path) {
  Expected<Object> object = open(group, name, path);
  if (!object)
    return object;
  if (object->type != H5I_GROUP)
    return makeError("SNN0212", spot(path), "this must be a group",
                     {"export the model again with nir.write()"});
  if (std::count(ancestors.begin(), ancestors.end(), object->address))
    return makeError("SNN0207", spot(path),
                     "this group contains itself (a cycle of links)");
  return object;
}

Expected<Field> Walker::field(hid_t group, const std::string &name,
                              const std::string &path) {
  Expected<Object> object = open(group, name, path);
  if (!object)
    return object.takeError();
  if (object->type != H5I_DATASET)
    return makeError("SNN0212", spot(path),
                     "this must be a data set, not a group",
                     {"export the model again with nir.write()"});
  return readField(object->handle.get(), spot(path), budget);
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// The error for a group without type, edges or nodes: the exporter died while
/// it wrote. Names the nodes that are incomplete, the likely culprits.
Diagnostic Walker::aborted(hid_t group, const std::string &path,
                           const std::string &what) {
  Diagnostic error = makeError(
      "SNN0210", spot(path),
      fmt::format("the export was aborted: {} is missing", what),
      {"export again and look at the exporter's error message; convolutional "
       "models need graph.infer_types() before nir.write(), and neuron "
       "parameters must be arrays (0-d values cannot be written with gzip)"});
  if (H5Lexists(group, "nodes", H5P_DEFAULT) <= 0)
    return error;
  Expected<Object> nodes = openGroup(group, "nodes", path + "/nodes");
  if (!nodes)
    return error;
  Expected<std::vector<std::string>> names =
      list(nodes->handle.get(), path + "/nodes", limits.nodes);
  for (size_t i = 0; names && i < names->size() && error.notes.size() < 4;
       ++i) {
    const std::string &name = (*names)[i];
    Expected<Object> node =
        openGroup(nodes->handle.get(), name, path + "/nodes/" + name);
    Expected<std::vector<std::string>> inside =
        node ? list(node->handle.get(), path, limits.nodes)
             : Expected<std::vector<std::string>>(node.takeError());
    if (inside && inside->size() <= 1)
      error.notes.push_back(fmt::format(
          "node '{}' is incomplete: the exporter stopped there", name));
  }
  return error;
}

Expected<const Primitive *> Walker::readKind(hid_t group,
                                             const std::string &path) {
  Expected<Field> type = field(group, "type", path + "/type");
  if (!type)
    return type.takeError();
  const auto *text = std::get_if<std::string>(&*type);
  if (const Primitive *kind = text ? findPrimitive(*text) : nullptr)
    return kind;
  std::string shown = text ? printable(*text) : "a number";
  std::vector<std::string> hints;
  for (const std::string &near : nearestNames(shown, primitiveNames(), 1))
    hints.push_back(fmt::format("did you mean '{}'?", near));
  hints.push_back(
      fmt::format("known primitives: {}", fmt::join(primitiveNames(), ", ")));
  return makeError("SNN0211", spot(path),
                   fmt::format("unknown node type '{}'", shown), hints);
}

Status Walker::readFields(hid_t group, const std::vector<std::string> &names,
                          Node &node) {
  for (const std::string &name : names) {
    if (name == "type" || name == "metadata")
      continue;
    Expected<Field> value = field(group, name, node.path + "/" + name);
    if (!value)
      return value.takeError();
    node.fields.emplace(name, std::move(*value));
  }
  return {};
}

Expected<Node> Walker::readNode(hid_t group, std::string name, std::string path,
                                unsigned depth) {
  Node node;
  node.name = std::move(name);
  node.path = std::move(path);
  if (++nodeCount > limits.nodes)
    return tooMuch(spot(node.path), "too many nodes", nodeCount, limits.nodes,
                   "nodes");
  Expected<std::vector<std::string>> names =
      list(group, node.path, limits.fieldsPerNode);
  if (!names)
    return names.takeError();
  auto contains = [&](const char *name) {
    return std::binary_search(names->begin(), names->end(), name);
  };
  if (!contains("type"))
    return aborted(group, node.path, "the node's `type`");
  Expected<const Primitive *> kind = readKind(group, node.path);
  if (!kind)
    return kind.takeError();
  node.kind = *kind;
  if (node.kind->isGraph()) {
    Expected<Graph> graph = readGraph(group, node.path, depth + 1);
    if (!graph)
      return graph.takeError();
    node.graph = std::make_unique<Graph>(std::move(*graph));
    return node;
  }
  if (Status status = readFields(group, *names, node); !status)
    return status.takeError();
  if (contains("metadata"))
    if (Status status =
            readMetadata(group, node.path, "", depth, node.metadata);
        !status)
      return status.takeError();
  return node;
}

Status Walker::readMetadata(hid_t parent, const std::string &parentPath,
                            const std::string &prefix, unsigned depth,
                            std::map<std::string, Field> &out) {
  std::string last =
      prefix.empty() ? "metadata" : prefix.substr(prefix.rfind('/') + 1);
  std::string path = parentPath + "/" + last;
  if (depth > limits.metadataDepth + limits.graphDepth)
    return tooMuch(spot(path), "metadata is nested too deeply", depth,
                   limits.metadataDepth + limits.graphDepth, "groups");
  Expected<Object> group = openGroup(parent, last, path);
  if (!group)
    return group.takeError();
  Expected<std::vector<std::string>> names =
      list(group->handle.get(), path, limits.metadataItems);
  if (!names)
    return names.takeError();
  ancestors.push_back(group->address);
  for (const std::string &name : *names) {
    std::string key = prefix.empty() ? name : prefix + "/" + name;
    if (++metadataCount > limits.metadataItems)
      return tooMuch(spot(path), "too much metadata", metadataCount,
                     limits.metadataItems, "entries");
    Expected<Object> object =
        open(group->handle.get(), name, path + "/" + name);
    if (!object)
      return object.takeError();
    if (object->type == H5I_GROUP) {
      if (Status status =
              readMetadata(group->handle.get(), path, key, depth + 1, out);
          !status)
        return status;
      continue;
    }
    Expected<Field> value = field(group->handle.get(), name, path + "/" + name);
    if (value)
      out.emplace(key, std::move(*value));
    else if (value.error().code ==
             DiagnosticCode("SNN0212")) // exotic, and nobody needs it
      note("SNN0216", path + "/" + name, "metadata of this type is left out");
    else
      return value.takeError();
  }
  ancestors.pop_back();
  return {};
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

Status Walker::readEdges(hid_t group, Graph &graph) {
  std::string path = graph.path + "/edges";
  Expected<Object> object = open(group, "edges", path);
  if (!object)
    return object.takeError();
  if (object->type != H5I_DATASET)
    return makeError("SNN0213", spot(path),
                     "`edges` must be a data set of node name pairs");
  Expected<std::vector<NamedEdge>> names = readEdgeNames(
      object->handle.get(), spot(path), budget, limits.edges - edgeCount);
  if (!names)
    return names.takeError();
  edgeCount += uint32_t(names->size());
  for (NamedEdge &edge : *names) {
    for (const std::string *name : {&edge.source, &edge.target})
      if (name->size() > 2 * size_t(limits.nameBytes) || !isCleanName(*name))
        return makeError(
            "SNN0214", spot(path),
            fmt::format("'{}' is not a node name", printable(*name)));
    std::optional<uint32_t> source = graph.find(edge.source);
    std::optional<uint32_t> target = graph.find(edge.target);
    if (source && target)
      graph.edges.push_back({*source, *target});
    else
      graph.unresolved.push_back(std::move(edge));
  }
  std::sort(graph.edges.begin(), graph.edges.end());
  return {};
}

Status Walker::readNodes(hid_t group, Graph &graph, unsigned depth) {
  std::string path = graph.path + "/nodes";
  Expected<Object> nodes = openGroup(group, "nodes", path);
  if (!nodes)
    return nodes.takeError();
  hid_t parent = nodes->handle.get();
  Expected<std::vector<std::string>> names = list(parent, path, limits.nodes);
  if (!names)
    return names.takeError();
  for (std::string &name : *names) {
    std::string nodePath = path + "/" + name;
    Expected<Object> object = openGroup(parent, name, nodePath);
    if (!object)
      return object.takeError();
    ancestors.push_back(object->address);
    Expected<Node> node = readNode(object->handle.get(), std::move(name),
                                   std::move(nodePath), depth);
    if (!node)
      return node.takeError();
    ancestors.pop_back();
    graph.nodes.push_back(std::move(*node));
  }
  return {};
}

Expected<Graph> Walker::readGraph(hid_t group, const std::string &path,
                                  unsigned depth) {
  if (depth > limits.graphDepth)
    return tooMuch(spot(path), "graphs are nested too deeply", depth,
                   limits.graphDepth, "levels");
  Graph graph;
  graph.path = path;
  for (const char *part : {"nodes", "edges"})
    if (H5Lexists(group, part, H5P_DEFAULT) <= 0)
      return aborted(group, path, fmt::format("`{}`", part));
  if (Status status = readNodes(group, graph, depth); !status)
    return status.takeError();
  if (Status status = readEdges(group, graph); !status)
    return status.takeError();
  if (H5Lexists(group, "metadata", H5P_DEFAULT) > 0)
    if (Status status = readMetadata(group, path, "", depth, graph.metadata);
        !status)
      return status.takeError();
  return graph;
}

Expected<Graph> Walker::readRoot(hid_t root) {
  Expected<Object> object = openGroup(root, "node", "/node");
  if (!object)
    return object.takeError();
  hid_t group = object->handle.get();
  ancestors.push_back(object->address);
  // A soft link among the parts must not be followed: list() refuses it.
  Expected<std::vector<std::string>> names =
      list(group, "/node", limits.fieldsPerNode);
  if (!names)
    return names.takeError();
  if (H5Lexists(group, "type", H5P_DEFAULT) <= 0)
    return aborted(group, "/node", "`type`");
  Expected<const Primitive *> kind = readKind(group, "/node");
  if (!kind)
    return kind.takeError();
  if ((*kind)->isGraph())
    return readGraph(group, "/node", 0);
  // nir.write() also takes a single node; it becomes a graph of one.
  Expected<Node> node = readNode(group, "node", "/node", 0);
  if (!node)
    return node.takeError();
  Graph graph;
  graph.path = "/node";
  graph.nodes.push_back(std::move(*node));
  return graph;
}

Expected<Graph> Walker::run() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
  // Read-only file systems and NFS may refuse the lock of a reader.
  H5Pset_file_locking(access.get(), false, true);
  Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!opened)
    return damaged("");
  Expected<std::vector<std::string>> names = list(opened.get(), "/", 256);
  if (!names)
    return names.takeError();
  auto contains = [&](const char *name) {
    return std::binary_search(names->begin(), names->end(), name);
  };
  if (!contains("node")) {
    bool isData = H5Aexists(opened.get(), "__type__") > 0;
    return makeError("SNN0209", spot("/"),
                     isData ? "this is NIRData (recorded signals), not a graph"
                            : "not a NIR file: it has no group /node",
                     {isData ? "pass the model; NIRData is an input"
                             : "write the model with nir.write()"});
  }
  std::string version;
  if (contains("version")) {
    Expected<Field> value = field(opened.get(), "version", "/version");
    if (!value && value.error().code != "SNN0212") // not of an exotic type
      return value.takeError();
    const std::string *text =
        value ? std::get_if<std::string>(&*value) : nullptr;
    version = text ? printable(*text) : "";
  }
  if (version.empty())
    note("SNN0216", "/version", "the file states no version of its writer");
  Expected<Graph> graph = readRoot(opened.get());
  if (graph)
    graph->version = version;
  return graph;
}

Expected<Graph> walkFile(const std::string &path, uint64_t fileBytes,
                         DiagnosticSink &findings, const ReadLimits &limits) {
  hdf5::Quiet quiet;
  return Walker(path, fileBytes, findings, limits).run();
}

} // namespace snnc::nir
