//===- Npy.cpp - numpy's array file .npy ----------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/NpyFile.h"

#include "runtime/support/AtomicFile.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

namespace snnc::runtime {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr size_t maxHeaderBytes = 10000; // numpy refuses longer ones as well
constexpr size_t maxRank = 32;           // NPY_MAXDIMS

struct Header {
  std::string descr;
  bool fortran = false;
  std::vector<uint64_t> shape;
};

struct DTypeName {
  std::string_view descr; // what numpy writes on little-endian machines
  DType dtype;
};
constexpr std::array<DTypeName, 11> dtypeNames = {{{"|u1", DType::U8},
                                                   {"|i1", DType::I8},
                                                   {"<u2", DType::U16},
                                                   {"<i2", DType::I16},
                                                   {"<i4", DType::I32},
                                                   {"<u4", DType::U32},
                                                   {"<i8", DType::I64},
                                                   {"<u8", DType::U64},
                                                   {"<f4", DType::F32},
                                                   {"<f8", DType::F64},
                                                   {"|b1", DType::Bool}}};

/// Reads the header's dictionary: exactly the keys descr, fortran_order and
/// shape, with a string, a bool and a tuple of integers. No other Python.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  /// False: not such a dictionary; `why` says what is wrong.
  bool parse(Header &header);
  std::string why = "it is no dictionary of descr, fortran_order and shape";

private:
  void skipSpace() {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\n'))
      rest.remove_prefix(1);
  }
  bool take(char c) {
    skipSpace();
    if (rest.empty() || rest.front() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool takeWord(std::string_view word) {
    skipSpace();
    if (!rest.starts_with(word))
      return false;
    rest.remove_prefix(word.size());
    return true;
  }
  bool string(std::string &value);
  bool number(uint64_t &value);
  bool shape(std::vector<uint64_t> &value);
  bool field(Header &header, const std::string &key);

  std::string_view rest;
  bool seenDescr = false, seenOrder = false, seenShape = false;
};

} // namespace

bool HeaderParser::string(std::string &value) {
  char quote = take('\'') ? '\'' : take('"') ? '"' : 0;
  size_t end = quote ? rest.find(quote) : std::string_view::npos;
  if (end == std::string_view::npos)
    return false;
  value = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return value.find('\\') == std::string::npos;
}

bool HeaderParser::number(uint64_t &value) {
  skipSpace();
  size_t digits = 0;
  value = 0;
  for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9';
       ++digits)
    if (__builtin_mul_overflow(value, uint64_t(10), &value) ||
        __builtin_add_overflow(value, uint64_t(rest[digits] - '0'), &value))
      return why = "a dimension exceeds 64 bits", false;
  rest.remove_prefix(digits);
  takeWord("L"); // Python 2 wrote 3L
  return digits > 0;
}

bool HeaderParser::shape(std::vector<uint64_t> &value) {
  if (!take('('))
    return false;
  while (!take(')')) {
    uint64_t dim;
    if (!number(dim))
      return false;
    value.push_back(dim);
    if (value.size() > maxRank)
      return why = fmt::format("more than {} dimensions", maxRank), false;
    if (!take(',')) // "(3)" would be a number, but numpy reads it as well
      return take(')');
  }
  return true;
}

bool HeaderParser::field(Header &header, const std::string &key) {
  if (key == "descr" && !seenDescr) {
    seenDescr = true;
    skipSpace();
    if (rest.starts_with('['))
      return why = "it is a structured array", false;
    return string(header.descr);
  }
  if (key == "fortran_order" && !seenOrder) {
    seenOrder = true;
    header.fortran = takeWord("True");
    return header.fortran || takeWord("False");
  }
  if (key == "shape" && !seenShape) {
    seenShape = true;
    return shape(header.shape);
  }
  return false;
}

bool HeaderParser::parse(Header &header) {
  if (!take('{'))
    return false;
  while (!take('}')) {
    std::string key;
    if (!string(key) || !take(':') || !field(header, key))
      return false;
    if (!take(',')) {
      if (!take('}'))
        return false;
      break;
    }
  }
  skipSpace();
  return rest.empty() && seenDescr && seenOrder && seenShape;
}

static Diagnostic damaged(const SourceSpot &spot, std::string why) {
  return makeError("SNN0401", spot,
                   fmt::format("not a readable .npy array: {}", why),
                   {"write it again with numpy.save"});
}

static Expected<DType> dtypeOfDescr(const std::string &descr,
                                    const SourceSpot &spot) {
  std::string normal = descr;
  // '=' is native and single bytes have no order.
  if (!normal.empty() && normal[0] == '=')
    normal[0] = '<';
  if (normal.ends_with("1") && normal.size() == 3)
    normal[0] = '|';
  for (const DTypeName &entry : dtypeNames)
    if (entry.descr == normal)
      return entry.dtype;
  std::string hint = "convert it; in Python: x = x.astype('uint8') for spikes, "
                     "x = x.astype('float32') for values";
  if (normal.find('O') != std::string::npos)
    hint = "object arrays are pickles, which are never loaded; " + hint;
  return makeError("SNN0402", spot,
                   fmt::format("the element type '{}' is not supported",
                               descr.substr(0, 40)),
                   {hint});
}

/// Elements in Fortran order to C order.
static std::vector<std::byte> toRowMajor(std::span<const std::byte> data,
                                         const std::vector<uint64_t> &shape,
                                         size_t item) {
  std::vector<std::byte> result(data.size());
  std::vector<uint64_t> index(shape.size(), 0);
  std::vector<uint64_t> stride(shape.size(), item);
  for (size_t d = 1; d < shape.size(); ++d)
    stride[d] = stride[d - 1] * shape[d - 1];
  for (size_t out = 0; out < result.size(); out += item) {
    uint64_t from = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      from += index[d] * stride[d];
    std::memcpy(result.data() + out, data.data() + from, item);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
  return result;
}

/// Splits off the header text; `bytes` keeps the elements.
static Expected<Header> takeHeader(std::string_view &bytes,
                                   const SourceSpot &spot) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + 4)
    return damaged(spot, "the file does not begin with numpy's magic bytes");
  auto byteAt = [&](size_t i) { return size_t(uint8_t(bytes[i])); };
  size_t major = byteAt(6), minor = byteAt(7);
  if (major < 1 || major > 3 || minor != 0)
    return damaged(spot, fmt::format("format version {}.{} is unknown, 1.0 to "
                                     "3.0 are read",
                                     major, minor));
  size_t lengthBytes = major == 1 ? 2 : 4, start = 8 + lengthBytes;
  size_t length = 0;
  if (bytes.size() < start)
    return damaged(spot, "it ends inside the header");
  for (size_t i = 0; i < lengthBytes; ++i)
    length |= byteAt(8 + i) << (8 * i);
  if (length > maxHeaderBytes || length > bytes.size() - start)
    return damaged(spot,
                   fmt::format("the header claims {} bytes, the limit is "
                               "{}",
                               length,
                               std::min(maxHeaderBytes, bytes.size() - start)));
  Header header;
  HeaderParser parser(bytes.substr(start, length));
  if (!parser.parse(header))
    return damaged(spot, parser.why);
  bytes.remove_prefix(start + length);
  return header;
}

Expected<NpyLayout> npyLayout(std::string_view head, uint64_t fileBytes,
                              const SourceSpot &spot,
                              const ArrayLimits &limits) {
  std::string_view rest = head;
  Expected<Header> header = takeHeader(rest, spot);
  if (!header)
    return header.takeError();
  Expected<DType> dtype = dtypeOfDescr(header->descr, spot);
  if (!dtype)
    return dtype.takeError();
  std::optional<uint64_t> count = elementCount(header->shape);
  size_t item = itemBytes(*dtype);
  if (!count || *count > limits.arrayBytes / item)
    return makeError(
        "SNN0403", spot,
        fmt::format("the array claims {} elements of {} bytes, the "
                    "limit is {} bytes",
                    shapeText(header->shape), item, limits.arrayBytes));
  uint64_t begin = head.size() - rest.size();
  if (*count * item != fileBytes - begin)
    return damaged(spot, fmt::format("the shape {} needs {} bytes, the file "
                                     "has {}",
                                     shapeText(header->shape), *count * item,
                                     fileBytes - begin));
  return NpyLayout{std::move(header->shape), *dtype, header->fortran, begin,
                   *count};
}

/// The elements as they follow the header become an array in C order.
static NdArray arrayOf(NpyLayout layout, std::vector<std::byte> elements) {
  NdArray array{std::move(layout.shape), layout.dtype, std::move(elements)};
  if (layout.fortran && array.shape.size() > 1)
    array.bytes = toRowMajor(array.bytes, array.shape, itemBytes(layout.dtype));
  if (layout.dtype == DType::Bool)
    for (std::byte &b : array.bytes)
      b = std::byte(b != std::byte(0));
  return array;
}

Expected<NdArray> parseNpy(std::string_view bytes, const SourceSpot &spot,
                           const ArrayLimits &limits) {
  auto layout = npyLayout(bytes, bytes.size(), spot, limits);
  if (!layout)
    return layout.takeError();
  auto raw = std::as_bytes(std::span(bytes.substr(layout->begin)));
  return arrayOf(std::move(*layout), {raw.begin(), raw.end()});
}

Expected<NdArray> readNpy(const std::string &path, const ArrayLimits &limits) {
  auto file = NpyFile::open(path, limits);
  if (!file)
    return file.takeError();
  const NpyLayout &layout = file->layout();
  std::vector<std::byte> elements(layout.count * itemBytes(layout.dtype));
  if (Status s = file->read(0, std::span(elements)); !s)
    return s.takeError();
  return arrayOf(layout, std::move(elements));
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

std::string npyHeader(const NdArray &array) {
  std::string_view descr = "|u1";
  for (const DTypeName &entry : dtypeNames)
    if (entry.dtype == array.dtype)
      descr = entry.descr;
  std::string shape = fmt::format("{}", fmt::join(array.shape, ", "));
  if (array.shape.size() == 1)
    shape += ",";
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                  descr, shape);
  constexpr size_t fixed = 10, alignment = 64; // as numpy.lib.format
  size_t unpadded = fixed + text.size() + 1;
  text.append((alignment - unpadded % alignment) % alignment, ' ');
  text += '\n';
  std::string header(magic);
  header += {'\x01', '\x00', char(text.size() & 0xff), char(text.size() >> 8)};
  return header + text;
}

Status writeNpy(const std::string &path, const NdArray &array) {
  std::string bytes = npyHeader(array);
  if (!array.bytes.empty())
    bytes.append(reinterpret_cast<const char *>(array.bytes.data()),
                 array.bytes.size());
  return writeFileAtomically(path, std::string_view(bytes));
}

} // namespace snnc::runtime
