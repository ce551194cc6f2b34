package io.github.gmem4j.conformance.operation;

/** One thing that was done to a VM, its memory, its guest or the process around it. */
public sealed interface Operation
    permits StartVm,
        MemoryOperation,
        SlotOperation,
        ConversionOperation,
        HostOperation,
        MappingOperation,
        GuestOperation,
        PinOperation {}
