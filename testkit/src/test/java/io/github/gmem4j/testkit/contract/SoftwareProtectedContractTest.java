package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;

/** The built-in policy keeps the contract. */
class SoftwareProtectedContractTest implements PolicyContract {
  @Override
  public ConversionPolicy policy() {
    return SoftwareProtectedPolicy.create();
  }

  @Override
  public boolean ownsPages() {
    return false;
  }

  @Override
  public boolean preservesContents() {
    return true;
  }
}
