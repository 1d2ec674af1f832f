namespace Mbsa.Actors.Runs;

/// <summary>What went wrong in a run: a line for each thing, however many it happened to.</summary>
internal sealed class RunProblems
{
    private const int MaxNames = 3;

    private readonly List<(List<string> Who, string What)> _problems = [];
    private readonly Dictionary<string, int> _places = [];

    /// <summary>Something went wrong.</summary>
    /// <param name="who">Name of the VM or host.</param>
    /// <param name="what">What it was, for people; of two with the same words one line is made.</param>
    public void Add(string who, string what)
    {
        if (!_places.TryGetValue(what, out var place))
        {
            _places[what] = place = _problems.Count;
            _problems.Add(([], what));
        }

        _problems[place].Who.Add(who);
    }

    /// <summary>The lines, in the order in which each thing happened first.</summary>
    public IEnumerable<string> Lines => _problems.Select(problem => $"{Names(problem.Who)}: {problem.What}");

    private static string Names(List<string> who) => who.Count <= MaxNames
        ? string.Join(", ", who)
        : $"{string.Join(", ", who.Take(MaxNames - 1))} and {who.Count - MaxNames + 1} more";
}
