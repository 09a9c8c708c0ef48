"""Cases that run on the simulated AWS of the fault harness and on the emulator alike."""
