package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;

/** An access of a guest, before it is known which kind of access it is. */
public sealed interface GuestAccess {
  /** Touches a page without looking at its bytes. */
  record Touch(Gpa at) implements GuestAccess {}

  /** Loads a byte. */
  record Read(Gpa at) implements GuestAccess {}

  /** Stores a byte. */
  record Write(Gpa at, byte value) implements GuestAccess {}

  /** Returns the address. */
  Gpa at();

  /** Returns the action, made as private or shared. */
  default GuestAction as(Shareability kind) {
    return switch (this) {
      case Touch touch -> new GuestAction.Touch(touch.at(), kind);
      case Read read -> new GuestAction.Read(read.at(), kind);
      case Write write -> new GuestAction.Write(write.at(), kind, write.value());
    };
  }
}
