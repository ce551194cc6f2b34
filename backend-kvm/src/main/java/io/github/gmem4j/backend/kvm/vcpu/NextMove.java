package io.github.gmem4j.backend.kvm.vcpu;

/** What comes next in a guest's script: something to do in the guest, or an exit to the VMM. */
sealed interface NextMove permits GuestCommand, Decoded.ToVmm {}
