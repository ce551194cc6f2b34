package io.github.gmem4j.conformance.pkvm.operation;

/** One thing that was done to a VM under pKVM, its guest, or the process and memory around it. */
public sealed interface PkvmOperation
    permits StartHost,
        VmOperation,
        SlotOperation,
        GuestOperation,
        HostOperation,
        MappingOperation,
        PinOperation {}
