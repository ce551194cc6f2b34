/**
 * A kernel made of Java: the answers of KVM's interface by their literal numbers and offsets, every
 * open file and mapping counted, every call a place where it can fail.
 */
package io.github.gmem4j.backend.kvm.fake;
