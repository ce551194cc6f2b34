/**
 * Guest memory on a real guest_memfd: conversion, mappings, references, the second backing that
 * some kernels need. For VMM authors. Stability: experimental.
 */
package io.github.gmem4j.backend.kvm.memory;
