using System.Text.RegularExpressions;
using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>
/// The folders of a project can be read one after the other: none uses another that uses it, over however many others. Which uses which is
/// seen by names of types together with the namespaces that a file may leave out; the compiler has the last word.
/// </summary>
internal sealed partial class FolderCircles : IRule
{
    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources)
    {
        Source[] production = [.. sources.Where(source => source.IsProduction)];
        var homes = production.SelectMany(source =>
            Declared().Matches(source.Code).Select(match => (match.Groups["name"].Value, source.Folder)))
            .ToLookup(type => type.Value, type => type.Folder);
        Use[] uses = [.. production.SelectMany(source => UsesOf(source, homes))];
        var targets = uses.ToLookup(use => use.From.Folder, use => use.To);
        var reachable = targets.ToDictionary(group => group.Key, group => Reach(group.Key, targets));
        return from use in uses
               where reachable.TryGetValue(use.To, out var back) && back.Contains(use.From.Folder)
               group use by (use.From.Folder, use.To) into arrow
               let first = arrow.First()
               select new Finding(first.From.Path, first.Line,
                   $"{arrow.Key.Folder} uses {arrow.Key.To} ('{first.Name}'), which uses it in turn",
                   "one of the two does not know the other");
    }

    private static IEnumerable<Use> UsesOf(Source source, ILookup<string, string> homes)
    {
        string[] namespaces = [.. Using().Matches(source.Code).Select(match => match.Groups["name"].Value)];
        var seen = new HashSet<string>();
        foreach (Match name in TypeName().Matches(source.Code))
        {
            foreach (var home in seen.Add(name.Value) ? homes[name.Value] : [])
            {
                var space = home.Replace('/', '.');
                if (home != source.Folder && home.Split('/')[0] == source.Project
                    && (namespaces.Contains(space)
                        || namespaces.Any(used => used.StartsWith($"{space}.{name.Value}", StringComparison.Ordinal))
                    || source.Folder.StartsWith($"{home}/", StringComparison.Ordinal)))
                {
                    yield return new Use(source, source.LineOf(name.Index), home, name.Value);
                }
            }
        }
    }

    private static HashSet<string> Reach(string from, ILookup<string, string> targets)
    {
        var (reached, open) = (new HashSet<string>(), new Stack<string>([from]));
        while (open.TryPop(out var folder))
        {
            foreach (var next in targets[folder].Where(reached.Add))
            {
                open.Push(next);
            }
        }

        return reached;
    }

    [GeneratedRegex(@"^(?:public|internal)\s+(?:(?:static|sealed|abstract|readonly|partial|ref|unsafe)\s+)*"
        + @"(?:class|struct|record struct|record class|record|interface|enum|delegate \w+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"^using (?:static )?(?<name>Mbsa[\w.]*)", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex TypeName();

    private sealed record Use(Source From, int Line, string To, string Name);
}
