namespace MaskApi.Vision.Detection;

/// <summary>One search through one picture: the looks taken so far and what they reported.</summary>
internal sealed class FaceSearch : IDisposable
{
    private readonly List<Look> _looks = [];
    private readonly List<FaceReport> _reports = [];
    private readonly List<FaceCandidate> _answers = [];
    private readonly BoxList _boxes = new();
    private readonly LookFusion _fusion = new();
    private bool _isMerged;

    /// <summary>The looks taken.</summary>
    internal IReadOnlyList<Look> Looks => _looks;

    /// <summary>What each look reported.</summary>
    internal IReadOnlyList<FaceReport> Reports => _reports;

    /// <summary>Input pixels of the looks taken: what the search cost.</summary>
    internal long InputPixels
    {
        get
        {
            var sum = 0L;
            foreach (var look in _looks)
            {
                sum += look.InputPixels;
            }

            return sum;
        }
    }

    /// <summary>The faces found so far, best first; valid until the next look.</summary>
    internal IReadOnlyList<FaceEvidence> Faces
    {
        get
        {
            if (!_isMerged)
            {
                _fusion.Merge(_reports, _looks);
                _isMerged = true;
            }

            return _fusion.Faces;
        }
    }

    /// <summary>Where the next look's answers go, for <see cref="Add"/>; empty.</summary>
    internal List<FaceCandidate> NewAnswers()
    {
        _answers.Clear();
        return _answers;
    }

    /// <summary>Adds what a look answered.</summary>
    /// <param name="look">The look.</param>
    /// <param name="answers">Its answers; sorted on return.</param>
    internal void Add(Look look, List<FaceCandidate> answers)
    {
        _looks.Add(look);
        answers.RemoveAll(answer => !look.Answers(answer.Box.Center));
        WeightedSuppression.Merge(answers, look, _reports, _boxes);
        _isMerged = false;
    }

    /// <summary>Makes the search ready for another picture; its memory is kept.</summary>
    internal void Clear()
    {
        _looks.Clear();
        _reports.Clear();
        _isMerged = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
