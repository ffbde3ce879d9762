snnc_test(MachineTest MachineTest.cpp DEPS snnc_machine)
