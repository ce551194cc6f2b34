package io.github.gmem4j.cli.scenario;

/** When the VM's launch is completed. */
public enum Launch {
  /** When the first vCPU is about to run for the first time, with the image of the scenario. */
  AT_FIRST_RUN,
  /** When the VMM does it in a step, if ever. */
  BY_HAND
}
