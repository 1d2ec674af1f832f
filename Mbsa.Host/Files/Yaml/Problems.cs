using System.Collections.Immutable;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Files.Yaml;

/// <summary>Everything found wrong or doubtful in one file, so that a person can mend all of it at once.</summary>
/// <param name="file">The file as the user named it; null when the input is not a file.</param>
internal sealed class Problems(string? file)
{
    /// <summary>More than this many errors nobody reads; a broken file of a megabyte could have 100,000.</summary>
    public const int MaxErrors = 100;

    private readonly List<(int Line, InputException Error)> _errors = [];
    private readonly List<(int Line, string Text)> _warnings = [];
    private readonly HashSet<string> _seen = [];

    /// <summary>The file as the user named it.</summary>
    public string? File => file;

    /// <summary>Nothing is wrong so far.</summary>
    public bool None => _errors.Count == 0;

    /// <summary>Further errors are dropped, so working out a suggestion for one is wasted.</summary>
    public bool IsFull => _errors.Count >= MaxErrors;

    /// <summary>Number of errors so far: whoever reads a part can see whether it added one.</summary>
    public int Count => _errors.Count;

    /// <summary>Something is wrong on a line; 0 when it is about the whole file.</summary>
    public void Error(int line, string message) => Error(line, new InputException(file, line, message));

    /// <summary>Something is wrong in a file that this one names on a line.</summary>
    public void Error(int line, InputException error)
    {
        if (!IsFull && _seen.Add(error.Describe()))
        {
            _errors.Add((line, error));
        }
    }

    /// <summary>Something is allowed and probably not meant.</summary>
    public void Warning(int line, string message)
    {
        var text = new InputException(file, line, message).Describe();
        if (_warnings.Count < MaxErrors && _seen.Add(text))
        {
            _warnings.Add((line, text));
        }
    }

    /// <summary>A line about another file, already complete.</summary>
    public void ForeignWarning(int line, string text)
    {
        if (_warnings.Count < MaxErrors && _seen.Add(text))
        {
            _warnings.Add((line, text));
        }
    }

    /// <summary>A name that does not exist, with the nearest that does, or all of them when none is near.</summary>
    public void Unknown(int line, string kind, string name, IReadOnlyCollection<string> known)
    {
        if (!IsFull)
        {
            Error(line, UnknownName.Message(kind, name, known));
        }
    }

    /// <summary>The errors in the order of their lines.</summary>
    public ImmutableArray<InputException> Errors => [.. _errors.OrderBy(e => e.Line).Select(e => e.Error)];

    /// <summary>The warnings in the order of their lines.</summary>
    public ImmutableArray<string> Warnings => [.. _warnings.OrderBy(w => w.Line).Select(w => w.Text)];

    /// <summary>Throws the first error, if there is one, and says how many there are.</summary>
    public void ThrowIfAny()
    {
        if (None)
        {
            return;
        }

        var errors = Errors;
        var rest = errors.Length - 1;
        throw rest == 0
            ? errors[0]
            : new InputException(errors[0].File, errors[0].Line, $"{errors[0].Message} (and {rest} more; 'mbsa check' lists them)");
    }
}
