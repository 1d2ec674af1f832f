using Mbsa.Model.Results;

namespace Mbsa.Host.Report.Html;

/// <summary>What happened between hosts, on the page of a run.</summary>
internal static class ClusterSections
{
    /// <summary>Writes the hosts, the migrations, the losses and the tenants, those there are; nothing for a single host.</summary>
    public static void Write(HtmlPage page, RunResult result)
    {
        if (result.Cluster is not { } cluster)
        {
            return;
        }

        page.Section("Hosts", "use over the measured part").Table(ClusterText.HostHeads(result), ClusterText.HostRows(result, cluster));
        if (!cluster.Migrations.IsEmpty)
        {
            var first = cluster.Migrations.Length > ClusterText.MaxMigrations
                ? $"; the first {ClusterText.MaxMigrations} of {cluster.Migrations.Length}"
                : "";
            page.Section("Migrations", ClusterText.Migrations(cluster) + first)
                .Table(ClusterText.MigrationHeads, ClusterText.MigrationRows(result, cluster));
        }

        WriteList(page, "Lost hosts", ClusterText.Losses(cluster));
        WriteList(page, "Tenants", ClusterText.Tenants(result, cluster));
    }

    private static void WriteList(HtmlPage page, string title, IEnumerable<string> lines)
    {
        (string Text, string ClassName)[] items = [.. lines.Select(line => (line, ""))];
        if (items.Length > 0)
        {
            page.Section(title).List(items);
        }
    }
}
