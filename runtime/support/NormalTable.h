//===- NormalTable.h - What normal numbers are looked up in -----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_SUPPORT_NORMALTABLE_H
#define SNNC_RUNTIME_SUPPORT_NORMALTABLE_H

namespace snnc {

/// Minus the quantile of the standard normal distribution at m / 2^33, for m in
/// [2^k, 2^(k+1)) the polynomial of degree 3 in m that k numbers, lowest
/// coefficient first: it meets the quantile at the four nodes of Gauss and
/// Legendre in that range, so that mean and variance of a range are kept
/// (tests/unit/NormalsTest.cpp makes it again). Row 32 is for m = 2^32.
inline constexpr float kNormalTable[33][4] = {
    {0x1.a40fc6p+2f, -0x1.43b4d6p-2f, 0x1.b2ee96p-4f, -0x1.019e8p-6f},
    {0x1.9d6766p+2f, -0x1.48ed38p-3f, 0x1.b9c5fap-6f, -0x1.05a3fep-9f},
    {0x1.96a46ap+2f, -0x1.4e6762p-4f, 0x1.c0f144p-8f, -0x1.09da64p-12f},
    {0x1.8fc592p+2f, -0x1.5428dep-5f, 0x1.c87748p-10f, -0x1.0e45aap-15f},
    {0x1.88c97ep+2f, -0x1.5a37dep-6f, 0x1.d05fa8p-12f, -0x1.12ea38p-18f},
    {0x1.81aeb4p+2f, -0x1.609b5ap-7f, 0x1.d8b2f4p-14f, -0x1.17ccfcp-21f},
    {0x1.7a7396p+2f, -0x1.675b32p-8f, 0x1.e17acep-16f, -0x1.1cf386p-24f},
    {0x1.731668p+2f, -0x1.6e8056p-9f, 0x1.eac214p-18f, -0x1.226414p-27f},
    {0x1.6b953ep+2f, -0x1.7614f6p-10f, 0x1.f4951ap-20f, -0x1.2825c2p-30f},
    {0x1.63eep+2f, -0x1.7e24bap-11f, 0x1.ff01ecp-22f, -0x1.2e409ep-33f},
    {0x1.5c1e62p+2f, -0x1.86bd14p-12f, 0x1.050c4ep-23f, -0x1.34bddep-36f},
    {0x1.5423d6p+2f, -0x1.8fed9p-13f, 0x1.0af5d6p-25f, -0x1.3ba81ap-39f},
    {0x1.4bfb9p+2f, -0x1.99c85p-14f, 0x1.11483ep-27f, -0x1.430b8ep-42f},
    {0x1.43a26ap+2f, -0x1.a4629ep-15f, 0x1.180ffcp-29f, -0x1.4af66ap-45f},
    {0x1.3b14eap+2f, -0x1.afd59cp-16f, 0x1.1f5bap-31f, -0x1.53794ap-48f},
    {0x1.324f1ep+2f, -0x1.bc3f46p-17f, 0x1.273c6p-33f, -0x1.5ca7b8p-51f},
    {0x1.294c9cp+2f, -0x1.c9c3a6p-18f, 0x1.2fc6a6p-35f, -0x1.6698d8p-54f},
    {0x1.20085ep+2f, -0x1.d88e82p-19f, 0x1.3912eap-37f, -0x1.716854p-57f},
    {0x1.167ca6p+2f, -0x1.e8d594p-20f, 0x1.433ebap-39f, -0x1.7d377cp-60f},
    {0x1.0ca2dap+2f, -0x1.fadba6p-21f, 0x1.4e6e24p-41f, -0x1.8a2edp-63f},
    {0x1.027358p+2f, -0x1.077a6ep-21f, 0x1.5acd8ap-43f, -0x1.98800cp-66f},
    {0x1.efca6ap+1f, -0x1.12c67p-22f, 0x1.68943p-45f, -0x1.a868dcp-69f},
    {0x1.d9dbdcp+1f, -0x1.1f97f6p-23f, 0x1.7807a2p-47f, -0x1.ba36ap-72f},
    {0x1.c3020cp+1f, -0x1.2e4c26p-24f, 0x1.89804ep-49f, -0x1.ce4b76p-75f},
    {0x1.ab1eeap+1f, -0x1.3f61acp-25f, 0x1.9d6fbap-51f, -0x1.e52532p-78f},
    {0x1.920dfap+1f, -0x1.538974p-26f, 0x1.b46846p-53f, -0x1.ff66bcp-81f},
    {0x1.77a254p+1f, -0x1.6bc28p-27f, 0x1.cf2572p-55f, -0x1.0ef24p-83f},
    {0x1.5ba42ep+1f, -0x1.8989e4p-28f, 0x1.ee8eb6p-57f, -0x1.20da66p-86f},
    {0x1.3dcd7ep+1f, -0x1.af31e2p-29f, 0x1.09cefp-58f, -0x1.36265ap-89f},
    {0x1.1dc638p+1f, -0x1.e08964p-30f, 0x1.1f6df4p-60f, -0x1.5009bep-92f},
    {0x1.f64de2p+0f, -0x1.12365cp-30f, 0x1.37998ep-62f, -0x1.737d42p-95f},
    {0x1.ad24aep+0f, -0x1.496b12p-31f, 0x1.610f7ep-64f, -0x1.edb066p-98f},
    {0, 0, 0, 0}};

} // namespace snnc

#endif // SNNC_RUNTIME_SUPPORT_NORMALTABLE_H
