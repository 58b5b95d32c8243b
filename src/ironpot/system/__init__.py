"""What happens to prices, banks and neighbours when many governments act at once?"""
