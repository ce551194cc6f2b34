package io.github.gmem4j.testkit.rule;

/**
 * A rule of the SPI. Its full text stands under the same id in the Javadoc of the interface that
 * {@link #statedBy} names.
 */
public enum Rule {
  /** No nulls. */
  P1("no method answers null"),
  /** Stable parts. */
  P2("traits and seats are the same at every call"),
  /** Pure seats. */
  P3("equal arguments give equal answers"),
  /** Immutable memory. */
  P4("pending state and progress are immutable, with value equality"),
  /** No exceptions. */
  P5("a policy does not throw"),
  /** Separate platforms. */
  P6("the platforms of two VMs share no state"),
  /** True traits. */
  P7("the traits are true"),
  /** Liveness alone. */
  P8("an undisturbed guest gets its pages"),
  /** I3. */
  P9("what the guest is told is true"),
  /** I1. */
  P10("a held page does not become private, a private page is not reached"),
  /** L1. */
  P11("once the last reference is gone the request is fulfilled"),
  /** L2. */
  P12("a held page delays only who needs it"),
  /** I2. */
  P13("bytes are kept, or private ones stay unread"),
  /** I6. */
  P14("nothing is left at the end"),

  /** Unknown calls. */
  K1("an unknown call returns"),
  /** Any reply. */
  K2("every reply is answered at re-entry"),
  /** Failing keeps the call, or says that it is lost. */
  K3("a failed re-entry keeps the call or says that it is lost"),
  /** Enabled exits. */
  K4("only exits that are enabled"),
  /** Faults are not calls. */
  K5("a fault completes no call"),
  /** No spinning. */
  K6("what cannot be served leaves run()"),
  /** Calls end. */
  K7("a call that is always fulfilled returns"),
  /** Caller: re-entry. */
  K8("re-entry with the pending state of the last exit"),
  /** Caller: conversion. */
  K9("an outcome with the pending state of the last conversion"),

  /** Reading exits. */
  V1("every exit is read"),
  /** The wish is the exit's. */
  V2("a wish asks for what its exit says"),
  /** Finite holding. */
  V3("a retry rule ends"),
  /** Any settlement. */
  V4("every settlement is put into a reply"),
  /** Seats that agree. */
  V5("the KVM seat accepts the reply"),
  /** Honest replies. */
  V6("done is said of what is done"),
  /** Caller: known wishes. */
  V7("asked about wishes that were read"),
  /** Caller: kernel wishes. */
  V8("ready and unconverted are for the kernel's wishes"),

  /** Granting. */
  F1("a page that nothing stands against is granted"),
  /** No failing. */
  F2("taking pages back cannot fail"),
  /** One owner. */
  F3("a folio is private to one frame"),
  /** Granted again. */
  F4("a granted page is granted again"),
  /** Nothing to take back. */
  F5("taking back what is not there has no effect"),
  /** Access is a question. */
  F6("access decides and changes nothing"),
  /** Unknown instructions. */
  F7("unknown instructions are excepted, unknown calls passed on"),
  /** Quarantine. */
  F8("quarantined while it is taken back"),
  /** Caller: one at a time. */
  F9("one call at a time"),
  /** Caller: order. */
  F10("zapped before it is taken back"),
  /** Caller: access. */
  F11("access to granted frames"),
  /** Caller: the end. */
  F12("only reclaim after the teardown"),

  /** Begin. */
  G1("every range has a first move"),
  /** Requests end. */
  G2("a request ends"),
  /** Done is usable. */
  G3("after done the guest can touch its pages"),
  /** Caller: progress. */
  G4("the progress of the last move"),

  /** Participant's answers. */
  C1("name and prepare answer"),
  /** Not ready. */
  C2("who was not ready is owed nothing"),
  /** Commit. */
  C3("commit does not fail"),
  /** Abort. */
  C4("abort does not fail"),
  /** One end. */
  C5("one commit or abort for each ready"),

  /** Caller: requests. */
  M1("a conversion is asked for whole pages of the memory"),
  /** Caller: closed. */
  M2("a closed view is not used"),
  /** Success. */
  M3("after a success every page has the state"),
  /** I4. */
  M4("a failed conversion changes nothing"),
  /** Blockers. */
  M5("what blocks lies in the range"),
  /** I1 at the memory. */
  M6("the host reaches no private page");

  private final String title;

  Rule(String title) {
    this.title = title;
  }

  /** Returns the rule in a few words. */
  public String title() {
    return title;
  }

  /** Returns the simple name of the interface or class whose Javadoc states the rule. */
  public String statedBy() {
    return switch (name().charAt(0)) {
      case 'P' -> "ConversionPolicy";
      case 'K' -> "KvmSeat";
      case 'V' -> "VmmSeat";
      case 'F' -> "Platform";
      case 'G' -> "GuestKernel";
      case 'C' -> "Participant";
      default -> "AssertingGuestMemory";
    };
  }
}
