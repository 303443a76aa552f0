"""The signal test: are features and target related at all?"""
