using Mbsa.Actors.Runs;
using Mbsa.Actors.Tracing;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Nvm;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>Starts scenarios, each in an actor system of its own.</summary>
internal static class ActorScenario
{
    /// <summary>Starts one.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="trace">Is told what goes on; null for nobody.</param>
    /// <exception cref="InputException">
    /// The NVM device cannot be made here: too little memory, or a file that is something else.
    /// </exception>
    public static IRunningScenario Start(ScenarioSpec scenario, RunTrace? trace = null)
    {
        try
        {
            return ScenarioRun.Start(scenario, trace: trace);
        }
        catch (Exception e) when (e is NvmException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(scenario.Cluster is { Hosts.Length: > 1 and var hosts }
                ? $"cannot make the NVM devices of {hosts} hosts: {e.Message}"
                : scenario.Host.NvmFile is { } file
                ? $"cannot use the NVM device in {file}: {e.Message}"
                : $"cannot make the NVM device of {Readable.Size(scenario.Host.NvmSizeBytes)}: {e.Message}");
        }
    }
}
