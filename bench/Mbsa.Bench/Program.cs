using Mbsa.Bench;
using Mbsa.Bench.Commands;
using Mbsa.Vm;

try
{
    return BenchCommands.Run(args);
}
catch (InputException wrong)
{
    Console.Error.WriteLine($"bench: {wrong.Describe()}");
    return 2;
}
catch (BenchException failed)
{
    Console.Error.WriteLine($"bench: {failed.Message}");
    return 1;
}
