"""The fault harness: the shipped workers against a simulated AWS, with every fault there is."""
