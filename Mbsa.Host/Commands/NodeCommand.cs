using System.CommandLine;
using Mbsa.Actors.Nodes;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa node</c>: a member of a cluster, until it is asked to leave.</summary>
internal static class NodeCommand
{
    public static Command Create(ProgramServices services)
    {
        var texts = new NodeOptionText();
        var seeds = new Option<string[]>("--seed")
        {
            HelpName = "ADDRESS",
            Description =
            "A node of the cluster to join; can be given more than once, any that answers will do. Without it this node begins a cluster",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("node", "Be a node of a cluster: "
            + "carry emulated hosts of scenarios that are run with 'mbsa run --cluster'. Ctrl-C leaves in good order.") { seeds };
        texts.AddTo(command);
        command.SetAction(parsed =>
        {
            NodeAddress[] addresses = [.. (parsed.GetValue(seeds) ?? []).Select(seed => NodeAddressText.Parse(seeds.Name, seed))];
            return RunAsync(services, texts.OfNode(parsed, addresses, services.Time.GetUtcNow()));
        });
        return command;
    }

    private static async Task<int> RunAsync(ProgramServices services, NodeOptions options)
    {
        using var interruption = services.ListenForInterruption();
        var lines = TextWriter.Synchronized(services.Terminal.Lines);
        IClusterNode node;
        try
        {
            node = await services.Cluster.JoinAsync(options, lines.WriteLine, interruption.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interruption.IsRequested)
        {
            return ExitCode.Interrupted;
        }

        await lines.WriteLineAsync(options.Seeds.IsEmpty
            ? $"node {node.Address} began a cluster; others join with 'mbsa node --seed {node.Address}', "
                + $"scenarios run with 'mbsa run SCENARIO --cluster {node.Address}'; Ctrl-C leaves"
            : $"node {node.Address} joined; Ctrl-C leaves").ConfigureAwait(false);
        try
        {
            await Task.WhenAny(node.Ended, interruption.Requested()).ConfigureAwait(false);
            if (interruption.IsRequested)
            {
                await lines.WriteLineAsync("leaving; Ctrl-C again exits at once").ConfigureAwait(false);
                await node.LeaveAsync().ConfigureAwait(false);
            }

            await node.Ended.ConfigureAwait(false);
            await lines.WriteLineAsync("left").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (InputException e)
        {
            // Nobody's input was wrong: the cluster went on without this node.
            await services.Terminal.Error.WriteLineAsync(Mistakes.Describe(e)).ConfigureAwait(false);
            return ExitCode.Failed;
        }
    }
}
