"""The page that advises."""

from django.shortcuts import render

from benchmarks.advice import words
from benchmarks.advice.advice import advise
from benchmarks.advice.form import QuestionForm
from benchmarks.advice.question import Question


def answer(request):
    """Show the form and, unless its question is refused, the advice; without a question that on the usual one."""
    form = QuestionForm(request.GET or None)
    refused = form.is_bound and not form.is_valid()
    context = {"form": form}
    if not refused:
        advice = advise(form.cleaned_data["question"] if form.is_bound else Question())
        columns = [(option, words.title(option)) for option in advice.options]
        context |= {"columns": columns, "figures": words.figures(advice)}
        context |= {"verdict": words.verdict(advice), "reasons": list(words.reasons(advice))}
    return render(request, "lab/advise.html", context, status=400 if refused else 200)
