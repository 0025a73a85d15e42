// Two cores carry hosts, relays and the programs under test: one class at a time. `make test` runs Kernel beside the others all the same: an
// emulator keeps one core busy, and waits for nothing but itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
