/**
 * The platform: the reverse map table (RMP), the instructions that read and change it, and what KVM
 * and the firmware do with them. For authors of guest programs and fault plans. Stability:
 * experimental until 1.0.
 */
package io.github.gmem4j.policy.snp.rmp;
