package io.github.gmem4j.cli.probing;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What findings mean for this library. */
class UsesTest {
  private static Use on(Host host, String what) {
    return Uses.on(host).stream()
        .filter(use -> use.what().startsWith(what))
        .findFirst()
        .orElseThrow();
  }

  private static void usable(Host host, String what, String why) {
    Use use = on(host, what);
    assertEquals(new Use(use.what(), true, why), use);
  }

  private static void unusable(Host host, String what, String why) {
    Use use = on(host, what);
    assertEquals(new Use(use.what(), false, why), use);
  }

  @Test
  void a_host_of_ordinary_vms_has_the_memory_and_says_what_else_is_missing() {
    Host host = Hosts.ordinary();

    assertAll(
        () -> usable(host, "guest memory: create, map, punch", "VMs of type DEFAULT"),
        () -> usable(host, "guest memory bound", "VMs of type DEFAULT"),
        () -> usable(host, "real vCPUs", "VMs of type DEFAULT"),
        () ->
            unusable(
                host,
                "conversion",
                "KVM_SET_MEMORY_ATTRIBUTES2 and KVM_SET_MEMORY_ATTRIBUTES are ENOTTY"),
        () -> unusable(host, "pins", "converting a page in a pipe is ENOTTY, not EAGAIN"),
        () -> unusable(host, "gmem run", "missing: conversion, hypercalls that exit"),
        () -> unusable(host, "gmem differential", "missing: conversion, hypercalls that exit"));
  }

  @Test
  void attributes_convert_with_a_second_backing_and_no_pin_blocks() {
    Host host = Hosts.attributes();

    assertAll(
        () ->
            usable(
                host,
                "guest memory: create, map, punch",
                "VMs of type DEFAULT; not SW_PROTECTED: EINVAL: flags 0x3"),
        () -> usable(host, "real vCPUs", "VMs of type DEFAULT, SW_PROTECTED"),
        () ->
            usable(
                host, "conversion", "by attributes of the VM, with a second backing, SW_PROTECTED"),
        () ->
            unusable(
                host,
                "pins",
                "not DEFAULT: converting a page in a pipe is ENOTTY, not EAGAIN;"
                    + " not SW_PROTECTED: needs mapped guest memory"),
        () ->
            usable(host, "gmem run", "VMs of type SW_PROTECTED; not DEFAULT: missing: conversion"));
  }

  @Test
  void where_conversion_is_in_place_all_but_the_steps_of_another_kernel_is_usable() {
    assertAll(
        () -> usable(Hosts.inPlace(), "conversion", "in place, SW_PROTECTED"),
        () ->
            assertEquals(
                List.of(new Use("gmem differential", false, "converts in place: use --vcpus")),
                Uses.on(Hosts.inPlace()).stream().filter(use -> !use.usable()).toList()));
  }

  @Test
  void nothing_is_usable_where_no_vm_can_be_launched() {
    for (Use use : Uses.on(Hosts.foreign())) {
      assertFalse(use.usable(), use.what());
      assertEquals("no VM type that this library launches", use.why());
    }
  }
}
