//===- ZipTest.cpp - Deterministic and bounded zips -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/bundle/Zip.h"

#include "runtime/support/AtomicFile.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <zip.h>

using namespace snnc;
using namespace snnc::runtime;

namespace {

const ZipCodes codes = {"SNN0501", "SNN0502", "SNN0503", "SNN0504", "SNN0512"};

ZipSource source(const std::string &name, const std::string &bytes) {
  return {name, std::as_bytes(std::span(bytes.data(), bytes.size())), {}};
}

class ZipTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string name =
        (std::filesystem::temp_directory_path() / "snnc-zip-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    path = folder / "a.zip";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  /// A zip straight from libzip, as an attacker would make it.
  std::string make(const std::vector<std::pair<std::string, std::string>> &all,
                   bool deflate, bool encrypt = false) {
    int code;
    zip_t *z = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    for (const auto &[name, bytes] : all) {
      zip_source_t *s = zip_source_buffer(z, bytes.data(), bytes.size(), 0);
      auto i = zip_uint64_t(zip_file_add(z, name.c_str(), s, 0));
      zip_set_file_compression(z, i, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                               0);
      if (encrypt)
        zip_file_set_encryption(z, i, ZIP_EM_AES_128, "secret");
    }
    EXPECT_EQ(zip_close(z), 0);
    return *readFile(path);
  }
  std::string errorOf(const std::string &bytes, ZipLimits limits = {}) {
    auto members = readZipBytes(bytes, "a.zip", limits, codes);
    return members ? "" : members.error().code.name();
  }

  std::filesystem::path folder;
  std::string path;
};

} // namespace

TEST_F(ZipTest, RoundTripInOrder) {
  std::string big(3 << 20, 'x');
  std::string head = "head", body = "body";
  ASSERT_TRUE(writeZip(path,
                       {source("z", "last name first"),
                        source("a/b", ""),
                        {"two", source("", head).head, source("", body).head},
                        source("big", big)},
                       codes));
  auto members = readZip(path, {}, codes);
  ASSERT_TRUE(members) << toText(members.error());
  ASSERT_EQ(members->size(), 4u);
  EXPECT_EQ((*members)[0].name, "z");
  EXPECT_EQ((*members)[0].bytes, "last name first");
  EXPECT_EQ((*members)[1].bytes, "");
  EXPECT_EQ((*members)[2].bytes, "headbody");
  EXPECT_EQ((*members)[3].bytes, big);
}

TEST_F(ZipTest, SameContentSameBytes) {
  std::string text = "text";
  ASSERT_TRUE(writeZip(path, {source("a", text)}, codes));
  std::string first = *readFile(path);
  ASSERT_TRUE(writeZip(path, {source("a", text)}, codes));
  EXPECT_EQ(first, *readFile(path));
  // No file but the result is left behind.
  size_t files = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    files += entry.is_regular_file();
  EXPECT_EQ(files, 1u);
}

TEST_F(ZipTest, MakesMembersInTurn) {
  std::string order;
  auto made = [&](const std::string &name, std::string bytes) {
    ZipSource member{name, {}, {}};
    member.size = bytes.size();
    member.make = [&order, name, bytes]() -> Expected<std::string> {
      order += name;
      return bytes;
    };
    return member;
  };
  std::string big(1 << 20, 'y'), text = "text";
  ASSERT_TRUE(writeZip(
      path, {made("b", big), source("t", text), made("a", ""), made("c", "z")},
      codes));
  EXPECT_EQ(order, "bac");
  std::string lazy = *readFile(path);
  std::string none, z = "z";
  ASSERT_TRUE(writeZip(
      path,
      {source("b", big), source("t", text), source("a", none), source("c", z)},
      codes));
  EXPECT_EQ(lazy, *readFile(path));
}

TEST_F(ZipTest, FailedMemberLeavesTheOldFile) {
  std::string text = "text";
  ASSERT_TRUE(writeZip(path, {source("a", text)}, codes));
  std::string before = *readFile(path);
  ZipSource member{"b", {}, {}};
  member.size = 3;
  for (bool fails : {true, false}) {
    member.make = [fails]() -> Expected<std::string> {
      if (fails)
        return makeError("SNN0001", {"rows", "", 0, 0}, "gone");
      return std::string("longer");
    };
    auto status = writeZip(path, {source("a", text), member}, codes);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, fails ? "SNN0001" : "SNN0512");
    EXPECT_EQ(before, *readFile(path));
  }
  size_t files = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    files += entry.is_regular_file();
  EXPECT_EQ(files, 1u);
}

TEST_F(ZipTest, RefusesNames) {
  for (const char *name : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a\\b",
                           "a\nb", "a/", ".", "./a"})
    EXPECT_NE(unsafeMemberName(name), "") << name;
  for (const char *name : {"a", "a/b.c", "lif1.lif:spikes.npy", "..a", "µ"})
    EXPECT_EQ(unsafeMemberName(name), "") << name;
  EXPECT_NE(unsafeMemberName(std::string(256, 'a')), "");
  auto status = writeZip(path, {source("../x", "")}, codes);
  EXPECT_EQ(status.error().code, "SNN0503");
  status = writeZip(path, {source("x", ""), source("x", "")}, codes);
  EXPECT_EQ(status.error().code, "SNN0503");
  EXPECT_EQ(errorOf(make({{"../x", "1"}}, false)), "SNN0503");
  EXPECT_EQ(errorOf(make({{"/x", "1"}}, false)), "SNN0503");
}

TEST_F(ZipTest, RefusesDuplicates) {
  // libzip does not write them: rename the second in both of its headers.
  std::string bytes = make({{"aa", "1"}, {"ab", "2"}}, false);
  for (size_t at = bytes.find("ab"); at != std::string::npos;
       at = bytes.find("ab", at))
    bytes.replace(at, 2, "aa");
  EXPECT_EQ(errorOf(bytes), "SNN0503");
}

TEST_F(ZipTest, RefusesMethods) {
  std::string zeros(100000, '\0');
  std::string deflated = make({{"bomb", zeros}}, true);
  EXPECT_EQ(errorOf(deflated), "SNN0504");
  ZipLimits limits;
  limits.allowDeflate = true;
  EXPECT_EQ(errorOf(deflated, limits), "");
  EXPECT_EQ(errorOf(make({{"x", "secret text"}}, false, true)), "SNN0504");
}

TEST_F(ZipTest, RefusesTooMuch) {
  std::string zeros(100000, '\0');
  std::string deflated = make({{"bomb", zeros}, {"b", zeros}}, true);
  ZipLimits limits;
  limits.allowDeflate = true;
  limits.memberBytes = 99999;
  EXPECT_EQ(errorOf(deflated, limits), "SNN0502");
  limits.memberBytes = 100000;
  limits.totalBytes = 199999;
  EXPECT_EQ(errorOf(deflated, limits), "SNN0502");
  limits.totalBytes = 200000;
  EXPECT_EQ(errorOf(deflated, limits), "");
  limits.members = 1;
  EXPECT_EQ(errorOf(deflated, limits), "SNN0502");
}

TEST_F(ZipTest, RefusesOverlappingMembers) {
  // Two directory entries that point to one stored member of 1 MB.
  std::string bytes =
      make({{"aa", std::string(1 << 20, 'x')}, {"ab", "2"}}, false);
  size_t first = bytes.find("PK\1\2"), second = bytes.find("PK\1\2", first + 1);
  ASSERT_NE(second, std::string::npos);
  // CRC, sizes (16..27) and the offset of the local header (42..45).
  bytes.replace(second + 16, 12, bytes.substr(first + 16, 12));
  bytes.replace(second + 42, 4, bytes.substr(first + 42, 4));
  EXPECT_EQ(errorOf(bytes), "SNN0501");
}

TEST_F(ZipTest, NotAZip) {
  EXPECT_EQ(errorOf(""), "SNN0501");
  EXPECT_EQ(errorOf("hello"), "SNN0501");
  EXPECT_EQ(readZip(path, {}, codes).error().code, "SNN0001");
  std::string bytes = make({{"a", "content"}}, false);
  bytes[bytes.find("content")] ^= 1;
  EXPECT_EQ(errorOf(bytes), "SNN0501"); // CRC
}
