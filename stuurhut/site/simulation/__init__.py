"""Made sellers of whom the truth is known, judged as real ones are: how often is the verdict wrong?"""
