/**
 * The structs and numbers of KVM's user interface on x86-64, each declared once and by name.
 * Internal. Source: Linux, {@code include/uapi/linux/kvm.h}, {@code
 * arch/x86/include/uapi/asm/kvm.h}.
 */
package io.github.gmem4j.backend.kvm.layout;
