namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>One search through one picture: the passes taken so far and what they reported.</summary>
internal sealed class FaceSearch : IDisposable
{
    private readonly List<DetectionPass> _passes = [];
    private readonly List<FaceReport> _reports = [];
    private readonly List<FaceCandidate> _answers = [];
    private readonly BoxList _boxes = new();
    private readonly PassFusion _fusion = new();
    private bool _isMerged;

    /// <summary>The passes taken.</summary>
    internal IReadOnlyList<DetectionPass> Passes => _passes;

    /// <summary>What each pass reported.</summary>
    internal IReadOnlyList<FaceReport> Reports => _reports;

    /// <summary>Input pixels of the passes taken: what the search cost.</summary>
    internal long InputPixels
    {
        get
        {
            var sum = 0L;
            foreach (var pass in _passes)
            {
                sum += pass.InputPixels;
            }

            return sum;
        }
    }

    /// <summary>The faces found so far, best first; valid until the next pass.</summary>
    internal IReadOnlyList<FaceEvidence> Faces
    {
        get
        {
            if (!_isMerged)
            {
                _fusion.Merge(_reports, _passes);
                _isMerged = true;
            }

            return _fusion.Faces;
        }
    }

    /// <summary>Where the next pass's answers go, for <see cref="Add"/>; empty.</summary>
    internal List<FaceCandidate> NewAnswers()
    {
        _answers.Clear();
        return _answers;
    }

    /// <summary>Adds what a pass answered.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="answers">Its answers; sorted on return.</param>
    internal void Add(DetectionPass pass, List<FaceCandidate> answers)
    {
        _passes.Add(pass);
        answers.RemoveAll(answer => !pass.Answers(answer.Box.Center));
        WeightedSuppression.Merge(answers, pass, _reports, _boxes);
        _isMerged = false;
    }

    /// <summary>Makes the search ready for another picture; its memory is kept.</summary>
    internal void Clear()
    {
        _passes.Clear();
        _reports.Clear();
        _isMerged = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
